// Saves a form a second after the last key, and says so: saved, not saved, or changed by somebody else meanwhile.

/** Sends the form to data-autosave; [data-autosave-state] in it shows the words of its data-saved, data-failed and data-conflict. */
export function autosave(form) {
  const line = form.querySelector('[data-autosave-state]')
  let timer
  let again
  let running = Promise.resolve()
  let busy = 0
  const show = (state) => {
    if (!line) return
    line.dataset.autosaveState = state
    line.textContent = line.dataset[state] ?? ''
  }
  const save = async () => {
    const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '', 'X-Requested-With': 'autosave' }
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: new FormData(form), headers, redirect: 'error' })
      if (answer.ok) await takeUp(form, answer)
      show(answer.ok ? 'saved' : answer.status === 409 ? 'conflict' : 'failed')
      if (answer.status >= 500) later()
      if (answer.ok) form.dispatchEvent(new CustomEvent('encore:saved'))
    } catch {
      show('failed')
      later()
    }
  }
  // The line may come back by itself: what was typed is sent again until it has arrived.
  const later = () => {
    clearTimeout(again)
    again = setTimeout(() => form.isConnected && queue(), 3000)
  }
  const queue = () => {
    clearTimeout(again)
    busy += 1
    running = running.then(save).finally(() => (busy -= 1))
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(queue, 1000)
  })
  // Sent by hand while a save is under way, the form waits for it: it must name the state which that save leaves.
  form.addEventListener('submit', (event) => {
    clearTimeout(timer)
    if (!busy) return
    event.preventDefault()
    running.then(() => form.requestSubmit(event.submitter))
  })
}

// The answer names hidden fields that have moved on, such as the stamp that the next save has to know.
async function takeUp(form, answer) {
  if (!answer.headers.get('Content-Type')?.includes('json')) return
  for (const [name, value] of Object.entries(await answer.json())) if (form.elements[name]) form.elements[name].value = value
}
