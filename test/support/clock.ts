/** A clock that stands still until it is moved. */
export type Clock = {
  readonly now: () => Date
  readonly advance: (seconds: number) => void
}

/**
 * Within a second and far from the machine's own time, so that code which reads the machine's clock
 * instead of `deps.now` is found out.
 */
export const TEST_TIME = new Date('2027-03-04T05:06:07.250Z')

export function createClock(start: Date = TEST_TIME): Clock {
  let milliseconds = start.getTime()
  return {
    now: () => new Date(milliseconds),
    advance: (seconds) => {
      milliseconds += Math.round(seconds * 1000)
    },
  }
}
