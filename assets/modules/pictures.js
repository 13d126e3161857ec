// Pictures in the rich-text editor: chosen, pasted or dropped, they are uploaded and stand in the text by their address.

/** Gives an editor whose textarea has data-upload its picture button and form. The address answers {"url"} or {"error"}. */
export function pictures(frame, editor, area) {
  const opener = frame.querySelector('[data-name="picture"]')
  const form = frame.querySelector('[data-editor-picture]')
  if (!area.dataset.upload || !form) return
  const [file, shows] = form.querySelectorAll('input')
  const wrong = form.querySelector('[role="alert"]')
  const close = () => {
    form.hidden = true
    file.value = shows.value = wrong.textContent = ''
    editor.commands.focus()
  }
  const take = async (picture, alt = '') => {
    const body = new FormData()
    if (picture) body.append('file', picture)
    const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '' }
    const answer = await fetch(area.dataset.upload, { method: 'POST', body, headers, redirect: 'error' }).catch(() => null)
    const { url, error } = (await answer?.json().catch(() => null)) ?? {}
    wrong.textContent = url ? '' : (error ?? form.dataset.failed)
    form.hidden = Boolean(url)
    if (url) editor.chain().focus().insertContent({ type: 'image', attrs: { src: url, alt } }).run()
    return Boolean(url)
  }
  opener.hidden = false
  opener.addEventListener('click', () => {
    form.hidden = !form.hidden
    if (!form.hidden) file.focus()
  })
  form.querySelector('button').addEventListener('click', async () => (await take(file.files[0], shows.value.trim())) && close())
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
    if (event.key === 'Enter' && event.target === shows) event.preventDefault() // it would send the whole page's form
  })
  for (const [kind, files] of [['paste', 'clipboardData'], ['drop', 'dataTransfer']]) {
    frame.addEventListener(kind, (event) => {
      const found = [...(event[files]?.files ?? [])].filter((one) => one.type.startsWith('image/'))
      if (!found.length) return
      event.preventDefault()
      event.stopPropagation()
      found.forEach((one) => take(one))
    }, true)
  }
}
