/** A good status with a body that is not this service's: a wrong URL, a page of a proxy. */
export class UnexpectedBody extends Error {
  override readonly name = 'UnexpectedBody'
}

/** A property of an object; `undefined` of anything else. */
export function property(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

/** A property that is a text. Throws UnexpectedBody. */
export function text(body: unknown, name: string): string {
  const value = property(body, name)
  if (typeof value === 'string') return value
  throw new UnexpectedBody()
}

/** A property that is a number. Throws UnexpectedBody. */
export function number(body: unknown, name: string): number {
  const value = property(body, name)
  if (typeof value === 'number') return value
  throw new UnexpectedBody()
}
