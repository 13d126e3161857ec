// What was typed survives a sign-in that ran out: it is kept in this tab until the form has been sent for good.
const AGAIN = 'encore:signed-in-again'
const own = (form) => `encore:draft:${location.pathname}:${form.dataset.draft}`
// Of what is hidden only `shown`: what the form showed when it was opened, so that others' changes since are told.
const kept = (field) => field.name && (field.name === 'shown' || !['password', 'file', 'hidden'].includes(field.type))

if (document.body.hasAttribute('data-auth')) {
  sessionStorage.setItem(AGAIN, 'yes')
} else {
  queueMicrotask(forget)
}

/** Keeps a form's fields while they are edited; puts them back after the person has signed in again. */
export function keepDrafts(form) {
  const draft = sessionStorage.getItem(own(form))
  if (draft && sessionStorage.getItem(AGAIN)) putBack(form, JSON.parse(draft))
  sessionStorage.removeItem(own(form))
  form.addEventListener('input', () => keep(form))
  form.addEventListener('submit', () => keep(form))
}

function keep(form) {
  const fields = [...form.elements].filter(kept).map((field) => [field.name, field.type, field.value, field.checked])
  sessionStorage.setItem(own(form), JSON.stringify(fields))
}

function putBack(form, fields) {
  for (const [name, type, value, checked] of fields) {
    const same = [...form.elements].filter((field) => field.name === name)
    if (type === 'checkbox' || type === 'radio') same.filter((field) => field.value === value).forEach((field) => (field.checked = checked))
    else if (same[0]) same[0].value = value
  }
  form.dispatchEvent(new CustomEvent('encore:restored'))
}

// Once any other page has been shown, nothing waits to be put back.
function forget() {
  setTimeout(() => sessionStorage.removeItem(AGAIN), 1000)
}
