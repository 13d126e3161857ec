// Saves a form a second after the last key, and says so: saved, not saved, or changed by somebody else meanwhile.

/** Sends the form to data-autosave; [data-autosave-state] in it shows the words of its data-saved, data-failed and data-conflict. */
export function autosave(form) {
  const line = form.querySelector('[data-autosave-state]')
  let timer
  let running = Promise.resolve()
  const show = (state) => {
    if (!line) return
    line.dataset.autosaveState = state
    line.textContent = line.dataset[state] ?? ''
  }
  const save = async () => {
    const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '', 'X-Requested-With': 'autosave' }
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: new FormData(form), headers, redirect: 'error' })
      show(answer.ok ? 'saved' : answer.status === 409 ? 'conflict' : 'failed')
      if (answer.ok) form.dispatchEvent(new CustomEvent('encore:saved'))
    } catch {
      show('failed')
    }
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => (running = running.then(save)), 1000)
  })
}
