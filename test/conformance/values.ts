import { CorpusError, requireText } from './require.ts'
import {
  isJsonObject,
  mapMembers,
  numberOf,
  RawNumber,
  type Json,
  type JsonObject,
} from './json.ts'

/** What a scenario knows at one moment: the values it captured, and the time. */
export type Memory = {
  readonly captured: Map<string, Json>
  readonly now: Date
}

/** A value to send: `{{name}}` filled in, `$ref`, `$now` and `$repeat` replaced by what they stand for. */
export function expand(value: Json, memory: Memory): Json {
  if (typeof value === 'string') return expandText(value, memory)
  if (Array.isArray(value)) return value.map((item) => expand(item, memory))
  if (!isJsonObject(value)) return value
  const [name, ...others] = Object.keys(value)
  if (name === undefined || others.length > 0) return expandMembers(value, memory)
  const operand = value[name]
  switch (name) {
    case '$ref':
      return recall(requireText(operand, name), memory)
    case '$now':
      return unixSeconds(memory.now) + (numberOf(operand) ?? fault(value))
    case '$repeat': {
      const [text, times] = Array.isArray(operand) ? operand : fault(value)
      if (typeof text !== 'string' || typeof times !== 'number') return fault(value)
      return expandText(text, memory).repeat(times)
    }
    default:
      return expandMembers(value, memory)
  }
}

/** A text to send or to expect; only `{{name}}` with a word inside stands for something. */
export function expandText(text: string, memory: Memory): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => asText(recall(name, memory)))
}

/** The captured value of that name, in its type. */
export function recall(name: string, memory: Memory): Json {
  const value = memory.captured.get(name)
  if (value === undefined) throw new CorpusError(`nothing was captured as ${name}`)
  return value
}

function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}

/** A captured value inside a text, as Python writes it. */
function asText(value: Json): string {
  if (typeof value === 'string') return value
  if (value instanceof RawNumber) return value.source
  if (typeof value === 'number') return String(value)
  return fault(value)
}

function expandMembers(object: JsonObject, memory: Memory): JsonObject {
  return mapMembers(object, (item) => expand(item, memory))
}

function fault(value: Json): never {
  throw new CorpusError(`cannot be sent: ${JSON.stringify(value)}`)
}
