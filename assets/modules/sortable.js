// Dragging a list into order. What is sent says how the list was, so that nobody undoes another's order unseen. The buttons of each entry do the same by keys and without JavaScript.
import Sortable from 'sortablejs'
import { say } from './requests.js'

/** Makes a [data-sortable] list draggable by its grips; the new order is sent as order=ID&order=ID…&was=ID…. */
export function sortable(list) {
  let was = values(list)
  list.toggleAttribute('data-can-drag', true)
  new Sortable(list, {
    handle: '.sortable-grip',
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120,
    ghostClass: 'sortable-ghost',
    onEnd: async ({ oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return
      const order = values(list)
      const body = new URLSearchParams([...order.map((value) => ['order', value]), ...was.map((value) => ['was', value])])
      const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '' }
      const answer = await fetch(list.dataset.sortable || location.href, { method: 'POST', body, headers }).catch(() => ({ ok: false }))
      if (answer.ok) {
        was = order
        ends(list)
      } else say(answer.status === 409 ? list.dataset.wordsMoved : list.dataset.wordsFailed, 'error')
    },
  })
}

const values = (list) => [...list.children].map((entry) => entry.dataset.value)

// The first entry cannot go up, the last one not down.
function ends(list) {
  list.querySelectorAll('[name="up"], [name="down"]').forEach((button) => (button.disabled = false))
  list.firstElementChild.querySelector('[name="up"]').disabled = true
  list.lastElementChild.querySelector('[name="down"]').disabled = true
}
