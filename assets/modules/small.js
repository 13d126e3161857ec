// Very small comforts.

/** The summary of what is wrong in a form is read out first. */
export function focusErrors(summary) {
  summary.focus({ preventScroll: false })
}

/** A filter bar that searches as one types needs no button to be seen. */
export function liveFilters(form) {
  form.toggleAttribute('data-live', true)
}

/** A box over a column of boxes ticks them all. */
export function checkAll(box) {
  const all = () => [...box.closest('table, form').querySelectorAll(`input[name="${box.dataset.checkAll}"]`)]
  box.addEventListener('change', () => all().forEach((one) => (one.checked = box.checked)))
  box.closest('table, form').addEventListener('change', () => {
    const ticked = all().filter((one) => one.checked).length
    box.checked = ticked > 0 && ticked === all().length
    box.indeterminate = ticked > 0 && !box.checked
  })
}

/** A choice that takes effect when it is made. */
export function submitOnChange(element) {
  element.addEventListener('change', () => (element.form ?? element).requestSubmit())
}
