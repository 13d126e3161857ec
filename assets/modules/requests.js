// What every htmx request carries, and what happens when one fails: the protection token, a word to the reader, a way to sign in again.
const words = () => document.querySelector('meta[name="words-request-failed"]')?.content

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = document.querySelector('meta[name="csrf-token"]')?.content ?? ''
  // A button may stand outside the form that it sends; htmx looks for it only inside.
  const { name, value } = event.detail.triggeringEvent?.submitter ?? {}
  if (name) event.detail.parameters[name] = value
})

// A lost sign-in answers with the sign-in page: load the whole page instead, which comes back here afterwards.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.xhr.responseText.includes('<body data-auth')) {
    event.detail.shouldSwap = false
    window.location.reload()
  }
})

for (const name of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(name, () => say(words(), 'error'))
}

/** Puts a notice where the messages of the page stand. */
export function say(text, tone = 'info') {
  const region = document.getElementById('messages')
  if (!region || !text) return
  const notice = document.createElement('div')
  notice.className = `notice notice-${tone}`
  notice.textContent = text
  region.replaceChildren(notice)
}
