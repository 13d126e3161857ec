// The time that is left, as the server told it when the page came; at nothing the page is asked for again, and the server decides.

/** Counts data-countdown seconds down in [data-clock]. The page's own clock is never trusted: only what has passed since. */
export function countdown(element) {
  const clock = element.querySelector('[data-clock]')
  const ends = performance.now() + Number(element.dataset.countdown) * 1000
  const two = (number) => String(number).padStart(2, '0')
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000))
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60]
    clock.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds)} ${element.dataset.words}`
    element.toggleAttribute('data-soon', left <= 60)
    if (left) return setTimeout(tick, 500)
    // What was typed last is saved within a second; then the page is loaded again and leads to the result.
    setTimeout(() => window.location.replace(window.location.href), 11000)
  }
  tick()
}
