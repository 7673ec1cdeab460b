/**
 * Waits until the runtime has looked at its sockets and timers. Code runs on the isolate's only thread, so while it hashes
 * a password or reads a script, calls that have been made do not leave the isolate, and answers that have come are not
 * taken, unless it pauses.
 */
export function letIoProceed(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
