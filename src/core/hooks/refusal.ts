/** A hook says no; the message is for the person. */
export class HookRefused extends Error {
  override readonly name = 'HookRefused'
  readonly detail: string

  constructor(message: unknown) {
    super('refused by a hook')
    const isText = typeof message === 'string' && message !== ''
    this.detail = isText ? message.slice(0, MAX_LENGTH) : 'This is not possible at the moment.'
  }
}

const MAX_LENGTH = 500

/** A hook that must be asked does not answer, or makes no sense. */
export class HookDown extends Error {
  override readonly name = 'HookDown'
}
