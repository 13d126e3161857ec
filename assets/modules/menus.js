// Menus close when one goes elsewhere. Popovers do that by themselves; browsers without anchors need help to place them.

/** Closes an open <details data-close> on Escape and on a press outside. */
export function closeMenus() {
  const open = () => document.querySelectorAll('details[data-close][open]')
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
  })
}

/** Puts an opened panel under its button, and above it where there is no room below. */
export function placePanels() {
  if (CSS.supports('position-area', 'block-end')) return
  document.addEventListener('toggle', (event) => {
    const panel = event.target
    if (event.newState !== 'open' || !panel.matches('.menu-panel') || innerWidth < 640) return
    const button = document.querySelector(`[popovertarget="${panel.id}"]`).getBoundingClientRect()
    const below = button.bottom + 4
    const top = below + panel.offsetHeight > innerHeight ? Math.max(8, button.top - panel.offsetHeight - 4) : below
    const toEnd = document.dir === 'rtl' ? button.left : button.right - panel.offsetWidth
    Object.assign(panel.style, { position: 'fixed', top: `${top}px`, left: `${Math.max(8, Math.min(toEnd, innerWidth - panel.offsetWidth - 8))}px` })
  }, true)
}
