// Questions before something is done. Without JavaScript the link leads to a page that asks the same.

/** Opens the dialog that a link names, and asks the sentence of data-confirm. */
export function askFirst() {
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]')
    const dialog = opener && document.getElementById(opener.dataset.dialog)
    if (dialog) {
      event.preventDefault()
      dialog.showModal()
    } else if (event.target.matches('dialog') && outside(event)) {
      event.target.close()
    }
  })
  document.addEventListener('submit', (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm
    if (question && !window.confirm(question)) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
  }, true)
}

function outside({ target, clientX, clientY }) {
  const box = target.getBoundingClientRect()
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom
}
