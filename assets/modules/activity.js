// How long a page is really worked with: the seconds in which it is in sight and something was done within the last minute.
const IDLE = 60_000
const SEND = 180_000
const TICK = 1_000

/** Tells data-activity the seconds, every few minutes and when the page goes out of sight. */
export function activity(element) {
  let touched = performance.now()
  let looked = touched
  let sent = touched
  let counted = 0
  const look = () => {
    const now = performance.now()
    // What was missed while the timer slept is not time in which somebody was here.
    if (!document.hidden && now - touched < IDLE) counted += Math.min(now - looked, 2 * TICK)
    looked = now
    if (now - sent >= SEND) send()
  }
  const send = () => {
    sent = performance.now()
    const seconds = Math.floor(counted / 1000)
    if (!seconds) return
    const words = new FormData()
    words.set('seconds', seconds)
    words.set('csrfmiddlewaretoken', document.querySelector('meta[name="csrf-token"]')?.content ?? '')
    if (navigator.sendBeacon(element.dataset.activity, words)) counted -= seconds * 1000
  }
  const timer = setInterval(() => (element.isConnected ? look() : clearInterval(timer)), TICK)
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'scroll', 'wheel', 'touchstart']) {
    document.addEventListener(name, () => (touched = performance.now()), { passive: true, capture: true })
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && element.isConnected) send()
  })
  window.addEventListener('pagehide', () => element.isConnected && send())
}
