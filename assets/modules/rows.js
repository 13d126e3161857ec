// Rows of parts in a form: added, removed and moved in the page; without this, the same buttons ask the server.

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => LETTERS[n % LETTERS.length]).join('')

/** A list of rows (quizzes/forms/rows.html). A row's key names its fields and stays with it. */
export function rows(box) {
  const list = box.querySelector(':scope > [data-rows-list]')
  const say = (words) => (box.querySelector(':scope > [data-rows-status]').textContent = words)
  box.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="do"]')
    if (!button || button.closest('[data-rows]') !== box) return
    const [verb] = button.value.split(' ')
    const row = button.closest('[data-row]')
    if (verb === 'add') {
      add(box, list, row)
      say(box.dataset.wordsAdded)
    } else if (verb === 'remove') {
      const next = row.nextElementSibling ?? row.previousElementSibling
      row.remove()
      const to = next?.querySelector(`button[value^="remove ${box.dataset.rows} "]`) ?? box.querySelector(':scope > p > button')
      to?.focus()
      say(box.dataset.wordsRemoved)
    } else if (verb === 'up' || verb === 'down') {
      const other = verb === 'up' ? row.previousElementSibling : row.nextElementSibling
      if (other) (verb === 'up' ? other.before(row) : other.after(row))
      button.focus()
      say(box.dataset.wordsMoved)
    } else return
    event.preventDefault()
    box.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

function add(box, list) {
  const pattern = box.querySelector(':scope > template[data-rows-pattern]')
  const made = document.createElement('template')
  made.innerHTML = pattern.innerHTML.replaceAll(box.dataset.placeholder, newKey())
  const row = made.content.querySelector('[data-row]')
  list.append(row)
  row.dispatchEvent(new CustomEvent('encore:added', { bubbles: true }))
  row.querySelector('textarea, input:not([type=hidden]), select')?.focus()
}

/** A short text that is written plainly may become the editor, for a picture or a list in an answer. */
export function mayBeRich(area) {
  const frame = document.querySelector('template[data-rich-frame]')
  if (!frame || area.matches('[data-editor]')) return
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'button button-quiet button-small short-html-button'
  button.textContent = frame.dataset.words
  const named = area.labels?.[0]?.textContent.trim()
  if (named) button.setAttribute('aria-label', `${frame.dataset.words}: ${named}`)
  area.after(button)
  button.addEventListener('click', async () => {
    const { edit } = await import('../editor.js')
    const made = frame.content.firstElementChild.cloneNode(true)
    button.remove()
    area.replaceWith(made)
    made.append(area)
    if (!/<\w/.test(area.value)) area.value = area.value && `<p>${escaped(area.value).replaceAll('\n', '<br>')}</p>`
    area.setAttribute('data-editor', '')
    edit(area)
    const text = made.querySelector('[contenteditable]')
    text?.focus()
    if (text) getSelection().selectAllChildren(text)
    getSelection().collapseToEnd()
  })
}

function escaped(text) {
  const holder = document.createElement('p')
  holder.textContent = text
  return holder.innerHTML
}
