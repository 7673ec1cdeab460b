import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, numberOf, parseJson, type Json, type JsonObject } from './json.ts'

/** A recorded sequence of steps, from an empty database on. */
export type Scenario = {
  /** `group/name`, for a case of a cases file `name#index`. */
  readonly id: string
  readonly settings: JsonObject
  readonly needs: readonly string[]
  readonly steps: readonly Step[]
}

/** A file of scenarios, or of cases that all start from the state right after `setup`. */
export type CorpusFile =
  | { readonly kind: 'scenarios'; readonly scenarios: readonly Scenario[] }
  | {
      readonly kind: 'cases'
      readonly setup: Scenario
      readonly cases: readonly Scenario[]
    }

export type Step =
  | { readonly kind: 'seed'; readonly operations: readonly JsonObject[] }
  | { readonly kind: 'request'; readonly request: SentRequest; readonly response: ExpectedResponse }
  | { readonly kind: 'mail'; readonly mail: ExpectedMail }
  | { readonly kind: 'provider'; readonly exchanges: readonly JsonObject[] }
  | { readonly kind: 'mint'; readonly mint: JsonObject }
  | { readonly kind: 'wait'; readonly seconds: number }

/** A request as recorded, before captured values are filled in. */
export type SentRequest = {
  readonly method: string
  readonly path: string
  readonly headers?: JsonObject
  readonly json?: Json
  readonly form?: Json
  readonly multipart?: Json
  readonly raw?: string
  readonly content_type?: string
  readonly client?: string
}

/** An answer as recorded; matchers may stand in place of values. */
export type ExpectedResponse = {
  readonly status: number
  readonly headers?: JsonObject
  readonly cookies?: JsonObject
  readonly json?: Json
  readonly text?: string
  readonly empty?: boolean
  readonly any_body?: boolean
  readonly server_error?: boolean
  readonly outbound?: Json
}

export type ExpectedMail = {
  readonly count: number
  readonly messages: readonly {
    readonly to: Json
    readonly subject: string
    readonly captures?: JsonObject
  }[]
}

/** What a corpus file says that this runner does not know: never skipped, always a failure. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError'
}

/** The corpus files of a directory, by name. */
export function corpusFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
}

/** Reads one corpus file; anything in it that is not known throws. */
export function readCorpusFile(directory: string, name: string): CorpusFile {
  const file = record(parseJson(readFileSync(join(directory, name), 'utf8')), name)
  if (file['format'] !== 1) throw new CorpusError(`${name}: unknown format`)
  if (file['scenarios'] !== undefined) {
    const group = text(file['group'], `${name}: group`)
    return { kind: 'scenarios', scenarios: list(file['scenarios'], name).map(scenarioOf(group)) }
  }
  const title = text(file['name'], `${name}: name`)
  const settings = record(file['settings'] ?? {}, `${name}: settings`)
  const needs = texts(file['needs'] ?? [], `${name}: needs`)
  const steps = list(file['setup'] ?? [], name).map((step) => stepOf(step, `${title} setup`))
  return {
    kind: 'cases',
    setup: { id: `${title}#setup`, settings, needs, steps },
    cases: list(file['cases'], name).map((step, index) => {
      const id = `${title}#${index}`
      return { id, settings, needs, steps: [stepOf(step, id)] }
    }),
  }
}

function scenarioOf(group: string): (value: Json) => Scenario {
  return (value) => {
    const scenario = record(value, group)
    const id = `${group}/${text(scenario['name'], `${group}: name`)}`
    onlyKeys(scenario, ['name', 'settings', 'needs', 'steps'], id)
    return {
      id,
      settings: record(scenario['settings'] ?? {}, id),
      needs: texts(scenario['needs'] ?? [], id),
      steps: list(scenario['steps'], id).map((step) => stepOf(step, id)),
    }
  }
}

function stepOf(value: Json, where: string): Step {
  const step = record(value, where)
  if (step['request'] !== undefined) {
    onlyKeys(step, ['request', 'response'], where)
    return {
      kind: 'request',
      request: sentRequest(record(step['request'], where), where),
      response: expectedResponse(record(step['response'], where), where),
    }
  }
  const [kind, ...others] = Object.keys(step)
  if (others.length > 0) throw new CorpusError(`${where}: a step of two kinds`)
  switch (kind) {
    case 'seed':
      return { kind, operations: list(step[kind], where).map((item) => record(item, where)) }
    case 'mail':
      return { kind, mail: expectedMail(record(step[kind], where), where) }
    case 'provider':
      return { kind, exchanges: list(step[kind], where).map((item) => record(item, where)) }
    case 'mint':
      return { kind, mint: record(step[kind], where) }
    case 'wait':
      return { kind, seconds: number(step[kind], where) }
    default:
      throw new CorpusError(`${where}: unknown step ${kind}`)
  }
}

function sentRequest(request: JsonObject, where: string): SentRequest {
  const bodies = ['json', 'form', 'multipart', 'raw'].filter((name) => name in request)
  if (bodies.length > 1) throw new CorpusError(`${where}: two bodies`)
  const known = ['method', 'path', 'headers', 'content_type', 'client', ...bodies]
  onlyKeys(request, known, where)
  return {
    method: text(request['method'], where),
    path: text(request['path'], where),
    ...optional('headers', request, record, where),
    ...optional('json', request, (value) => value, where),
    ...optional('form', request, (value) => value, where),
    ...optional('multipart', request, (value) => value, where),
    ...optional('raw', request, text, where),
    ...optional('content_type', request, text, where),
    ...optional('client', request, text, where),
  }
}

const RESPONSE_KEYS = [
  'status',
  'headers',
  'cookies',
  'json',
  'text',
  'empty',
  'any_body',
  'outbound',
]

function expectedResponse(response: JsonObject, where: string): ExpectedResponse {
  onlyKeys(response, [...RESPONSE_KEYS, 'server_error'], where)
  return {
    status: number(response['status'], where),
    ...optional('headers', response, record, where),
    ...optional('cookies', response, record, where),
    ...optional('json', response, (value) => value, where),
    ...optional('text', response, text, where),
    ...optional('empty', response, flag, where),
    ...optional('any_body', response, flag, where),
    ...optional('server_error', response, flag, where),
    ...optional('outbound', response, (value) => value, where),
  }
}

function expectedMail(mail: JsonObject, where: string): ExpectedMail {
  onlyKeys(mail, ['count', 'messages'], where)
  return {
    count: number(mail['count'], where),
    messages: list(mail['messages'] ?? [], where).map((item) => {
      const message = record(item, where)
      onlyKeys(message, ['to', 'subject', 'captures'], where)
      return {
        to: message['to'] ?? null,
        subject: text(message['subject'], where),
        ...optional('captures', message, record, where),
      }
    }),
  }
}

function optional<Name extends string, Value>(
  name: Name,
  object: JsonObject,
  read: (value: Json, where: string) => Value,
  where: string,
): { readonly [name in Name]?: Value } {
  const value = object[name]
  const found: { [name in Name]?: Value } = {}
  if (value !== undefined) found[name] = read(value, `${where}: ${name}`)
  return found
}

function onlyKeys(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new CorpusError(`${where}: unknown ${unknown.join(', ')}`)
}

function record(value: Json | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw new CorpusError(`${where}: not an object`)
  return value
}

function list(value: Json | undefined, where: string): Json[] {
  if (!Array.isArray(value)) throw new CorpusError(`${where}: not a list`)
  return value
}

function text(value: Json | undefined, where: string): string {
  if (typeof value !== 'string') throw new CorpusError(`${where}: not a text`)
  return value
}

function texts(value: Json, where: string): readonly string[] {
  return list(value, where).map((item) => text(item, where))
}

function flag(value: Json, where: string): boolean {
  if (typeof value !== 'boolean') throw new CorpusError(`${where}: not a flag`)
  return value
}

function number(value: Json | undefined, where: string): number {
  const found = numberOf(value)
  if (found === undefined) throw new CorpusError(`${where}: not a number`)
  return found
}
