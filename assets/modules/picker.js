// Whoever moves rows of a picker by keys stays where they were: the row that took the place of the one that went.

/** Keeps the focus in its list when a [class~=picker] is exchanged. */
export function keepPlace() {
  let left
  document.addEventListener('htmx:beforeSwap', (event) => {
    const row = event.detail.target.matches?.('.picker') && document.activeElement.closest('.picker-row')
    left = row && { side: sides(row).indexOf(row.closest('.picker-side')), row: [...row.parentElement.children].indexOf(row) }
  })
  document.addEventListener('htmx:afterSettle', (event) => {
    const side = left && sides(event.detail.elt)[left.side]
    if (!side) return
    const rows = [...side.querySelectorAll('.picker-row button')]
    ;(rows[Math.min(left.row, rows.length - 1)] ?? side.querySelector('.picker-list')).focus()
    left = undefined
  })
}

// Nothing for what settles elsewhere at the same time: a summary beside the lists, say.
const sides = (inside) => [...(inside.closest('.picker')?.querySelectorAll('.picker-side') ?? [])]
