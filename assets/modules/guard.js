// A warning before an edited form is left without being sent.

/** Watches a form; the browser asks before the page is left while it holds unsent changes. */
export function guard(form) {
  const written = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString()
  let before = written()
  let leaving = false
  form.addEventListener('submit', () => (leaving = true))
  form.addEventListener('encore:saved', () => (before = written()))
  form.addEventListener('encore:filled', () => (before = written())) // the editor writes its text in its own way
  window.addEventListener('pageshow', () => (leaving = false))
  window.addEventListener('beforeunload', (event) => {
    if (!leaving && form.isConnected && written() !== before) event.preventDefault()
  })
}
