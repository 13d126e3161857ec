// A file field that takes a dropped file and says which one it has.

/** Lets files be dropped on a [data-file-drop]. */
export function dropFiles(place) {
  const field = place.querySelector('input[type="file"]')
  const words = place.querySelector('[data-words]')
  const over = (yes) => place.toggleAttribute('data-over', yes)
  place.addEventListener('dragover', (event) => {
    event.preventDefault()
    over(true)
  })
  place.addEventListener('dragleave', () => over(false))
  place.addEventListener('drop', (event) => {
    event.preventDefault()
    over(false)
    const files = new DataTransfer()
    const dropped = [...event.dataTransfer.files]
    for (const file of field.multiple ? dropped : dropped.slice(0, 1)) files.items.add(file)
    field.files = files.files
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
  field.addEventListener('change', () => {
    const names = [...field.files].map((file) => file.name).join(', ')
    if (names) words.textContent = names
  })
}
