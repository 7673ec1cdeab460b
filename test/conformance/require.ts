import { isJsonObject, numberOf, type Json, type JsonObject } from './json.ts'

/** What a recording says that this runner does not know: never passed over, always a failure. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError'
}

/** The value if it is an object; `where` names it in the fault. */
export function requireObject(value: Json | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw new CorpusError(`${where}: not an object`)
  return value
}

/** The value if it is a list. */
export function requireList(value: Json | undefined, where: string): Json[] {
  if (!Array.isArray(value)) throw new CorpusError(`${where}: not a list`)
  return value
}

/** The value if it is a text. */
export function requireText(value: Json | undefined, where: string): string {
  if (typeof value !== 'string') throw new CorpusError(`${where}: not a text`)
  return value
}

/** The value if it is a list of texts. */
export function requireTexts(value: Json | undefined, where: string): readonly string[] {
  return requireList(value, where).map((item) => requireText(item, where))
}

/** The value if it is `true` or `false`. */
export function requireFlag(value: Json | undefined, where: string): boolean {
  if (typeof value !== 'boolean') throw new CorpusError(`${where}: not a flag`)
  return value
}

/** The value if it is a number, however it is written. */
export function requireNumber(value: Json | undefined, where: string): number {
  const found = numberOf(value)
  if (found === undefined) throw new CorpusError(`${where}: not a number`)
  return found
}

/** Refuses every member but the known ones. */
export function requireOnly(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new CorpusError(`${where}: unknown ${unknown.join(', ')}`)
}
