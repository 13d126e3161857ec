// Dragging a list into order. The buttons of each entry do the same by keys and without JavaScript.
import Sortable from 'sortablejs'
import { say } from './requests.js'

/** Makes a [data-sortable] list draggable by its grips; the new order is sent as order=ID&order=ID…. */
export function sortable(list) {
  list.toggleAttribute('data-can-drag', true)
  new Sortable(list, {
    handle: '.sortable-grip',
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120,
    ghostClass: 'sortable-ghost',
    onEnd: async ({ oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return
      const body = new URLSearchParams([...list.children].map((entry) => ['order', entry.dataset.value]))
      const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '' }
      const answer = await fetch(list.dataset.sortable || location.href, { method: 'POST', body, headers }).catch(() => ({ ok: false }))
      if (answer.ok) ends(list)
      else say(list.dataset.wordsFailed, 'error')
    },
  })
}

// The first entry cannot go up, the last one not down.
function ends(list) {
  list.querySelectorAll('[name="up"], [name="down"]').forEach((button) => (button.disabled = false))
  list.firstElementChild.querySelector('[name="up"]').disabled = true
  list.lastElementChild.querySelector('[name="down"]').disabled = true
}
