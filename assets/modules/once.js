// A form is sent once, however often its button is pressed. The button is not disabled, so that its value goes along.
const sent = new WeakSet()

/** Holds back a second sending of every form that posts, unless it has data-many. */
export function once() {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (form.method !== 'post' || form.hasAttribute('hx-post') || 'many' in form.dataset || event.defaultPrevented) return
    if (sent.has(form)) return event.preventDefault()
    sent.add(form)
    event.submitter?.setAttribute('aria-busy', 'true')
    setTimeout(() => release(form, event.submitter), 8000) // the answer was a file, or never came
  })
  window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach((form) => release(form)))
}

function release(form, button = form.querySelector('[aria-busy]')) {
  sent.delete(form)
  button?.removeAttribute('aria-busy')
}
