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

/** A property that is a text or null. Throws UnexpectedBody. */
export function textOrNull(body: unknown, name: string): string | null {
  return property(body, name) === null ? null : text(body, name)
}

/** A list, each item of it read. Throws UnexpectedBody. */
export function listOf<Item>(body: unknown, read: (item: unknown) => Item): readonly Item[] {
  if (!Array.isArray(body)) throw new UnexpectedBody()
  return body.map((item: unknown) => read(item))
}

/** The id of an account: a number, or with `USER_PK = "uuid"` a text, which `createClient<{ pk: string }>` says. */
export function identifier(body: unknown, name: string): number {
  const value = property(body, name)
  // The caller's own type says which of both it is.
  if (typeof value === 'number' || typeof value === 'string') return value as number
  throw new UnexpectedBody()
}
