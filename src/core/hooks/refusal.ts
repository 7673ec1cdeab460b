/** A hook says no. */
export class HookRefused extends Error {
  override readonly name = 'HookRefused'
  /** What it says to the person, in its own words. */
  readonly said: string | undefined

  constructor(message: unknown) {
    super('refused by a hook')
    const isText = typeof message === 'string' && message !== ''
    this.said = isText ? message.slice(0, MAX_LENGTH) : undefined
  }
}

const MAX_LENGTH = 500

/** A hook that must be asked does not answer, or makes no sense. */
export class HookDown extends Error {
  override readonly name = 'HookDown'
}
