/**
 * Waits until the runtime has looked at its sockets and timers. Hashing runs on the isolate's only thread, so
 * without such pauses calls that have been made do not leave it, and answers that have come are not taken.
 */
export function letIoProceed(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
