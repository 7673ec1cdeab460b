declare global {
  /** Newer than the library declarations: the source text of numbers, and numbers written as given. */
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: Json, context: { readonly source?: string }) => Json,
    ): Json
    rawJSON(text: string): object
  }
}

/** A JSON value that keeps `2.0`, `1e3` and integers above 2^53 apart from the numbers they round to. */
export type Json = null | boolean | number | string | RawNumber | Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

/** A number whose text JavaScript would not write back; serialised as it was read. */
export class RawNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toJSON(): object {
    return JSON.rawJSON(this.source)
  }
}

/** Parses without losing a number's text. A `__proto__` member is an ordinary one. */
export function parseJson(text: string): Json {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? new RawNumber(source)
      : value,
  )
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RawNumber)
  )
}

/** The same object with every member replaced; own members only, `__proto__` included. */
export function mapMembers(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}

/** `undefined` for a member that the object has only by inheritance, as `constructor`. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** The number itself, however it was written; `undefined` for anything else. */
export function numberOf(value: Json | undefined): number | undefined {
  if (value instanceof RawNumber) return Number(value.source)
  return typeof value === 'number' ? value : undefined
}
