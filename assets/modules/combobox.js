// Type to find, choose one or several: an ARIA combobox over addresses that answer JSON. Without it, the Find button does the same.
const PAUSE = 200

/** Brings a [data-combobox] to life. */
export function combobox(root) {
  const input = root.querySelector('input[type="search"]')
  const list = root.querySelector('[data-list]')
  const chosen = root.querySelector('[data-chosen]')
  const status = root.querySelector('[data-status]')
  const single = 'single' in root.dataset
  let at = -1
  let timer
  let asked = 0

  root.querySelector('[data-find]').hidden = true
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id })) input.setAttribute(name, value)

  const options = () => [...list.querySelectorAll('[role="option"]')]
  const open = (shown) => {
    list.hidden = !shown
    input.setAttribute('aria-expanded', String(shown))
    if (!shown) point(-1)
  }
  const point = (place) => {
    at = place
    options().forEach((option, index) => option.setAttribute('aria-selected', String(index === at)))
    const option = options()[at]
    option ? input.setAttribute('aria-activedescendant', option.id) : input.removeAttribute('aria-activedescendant')
    option?.scrollIntoView({ block: 'nearest' })
  }
  const choose = (option) => {
    if (single) chosen.replaceChildren()
    chosen.append(chip(root.dataset.name, option.dataset.value, option.dataset.label))
    input.value = ''
    open(false)
    root.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const ask = async () => {
    const turn = ++asked
    const address = new URL(root.dataset.combobox, location.href)
    address.searchParams.set('q', input.value.trim())
    try {
      const { results } = await (await fetch(address, { headers: { Accept: 'application/json' } })).json()
      if (turn !== asked) return
      const taken = new Set([...chosen.querySelectorAll('input:checked')].map((box) => box.value))
      const left = results.filter((result) => !taken.has(String(result.id)))
      list.replaceChildren(...left.map((result, index) => row(result, `${list.id}-${index}`)))
      status.textContent = left.length ? String(left.length) : root.dataset.wordsNone
      if (!left.length) list.append(nothing(root.dataset.wordsNone))
    } catch {
      list.replaceChildren(nothing(root.dataset.wordsFailed))
      status.textContent = root.dataset.wordsFailed
    }
    open(true)
    point(options().length ? 0 : -1)
  }

  input.addEventListener('input', (event) => {
    event.stopPropagation() // what is only searched for is no change of the form
    clearTimeout(timer)
    if (input.value.trim()) timer = setTimeout(ask, PAUSE)
    else open(false)
  })
  input.addEventListener('keydown', (event) => {
    const last = options().length - 1
    if (event.key === 'ArrowDown' && list.hidden) ask()
    else if (event.key === 'ArrowDown') point(at < last ? at + 1 : 0)
    else if (event.key === 'ArrowUp' && !list.hidden) point(at > 0 ? at - 1 : last)
    else if (event.key === 'Enter' && !list.hidden && options()[at]) choose(options()[at])
    else if (event.key === 'Escape' && !list.hidden) open(false)
    else if (event.key !== 'Enter') return
    event.preventDefault()
  })
  input.addEventListener('blur', () => setTimeout(() => open(false), 150))
  list.addEventListener('mousedown', (event) => event.preventDefault())
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]')
    if (option) choose(option)
  })
  chosen.addEventListener('change', (event) => {
    event.target.closest('li').remove()
    input.focus()
  })
}

function row({ id, label, detail }, identity) {
  const option = make('li', { role: 'option', id: identity, className: 'combobox-option', ariaSelected: 'false' })
  Object.assign(option.dataset, { value: id, label })
  option.append(make('span', { textContent: label }))
  if (detail) option.append(make('small', { textContent: detail }))
  return option
}

function chip(name, value, label) {
  const box = make('input', { type: 'checkbox', name, value, checked: true })
  const words = make('label', { className: 'chip' })
  words.append(box, make('span', { textContent: label }))
  const entry = make('li')
  entry.append(words)
  return entry
}

const nothing = (words) => make('li', { className: 'combobox-none', role: 'presentation', textContent: words })
const make = (tag, traits = {}) => Object.assign(document.createElement(tag), traits)
