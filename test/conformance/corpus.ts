import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson, type Json, type JsonObject } from './json.ts'
import {
  CorpusError,
  requireFlag,
  requireList,
  requireNumber,
  requireObject,
  requireOnly,
  requireText,
  requireTexts,
} from './require.ts'

/** A recorded sequence of steps, from an empty database on. */
export type Scenario = {
  /** `group/name`, for a case of a cases file `name#index`. */
  readonly id: string
  readonly settings: JsonObject
  readonly needs: readonly string[]
  readonly steps: readonly Step[]
  /** Of a case: the steps that its file begins with. */
  readonly setup?: readonly Step[]
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
  | { readonly kind: 'totp'; readonly totp: JsonObject }
  | { readonly kind: 'authenticator'; readonly authenticator: JsonObject }
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
  /** Never in a recording: cookies are not looked at. */
  readonly any_cookies?: boolean
  /** Never in a recording: whatever the endpoint answers, but no redirect and no failure. */
  readonly served?: boolean
}

export type ExpectedMail = {
  readonly count: number
  readonly messages: readonly {
    readonly to: Json
    readonly subject: string
    readonly captures?: JsonObject
  }[]
}

/** The corpus files of a directory, by name. */
export function corpusFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
}

/** Reads one corpus file; anything in it that is not known throws. */
export function readCorpusFile(directory: string, name: string): CorpusFile {
  const file = requireObject(parseJson(readFileSync(join(directory, name), 'utf8')), name)
  if (file['format'] !== 1) throw new CorpusError(`${name}: unknown format`)
  if (file['scenarios'] !== undefined) {
    const group = requireText(file['group'], `${name}: group`)
    return {
      kind: 'scenarios',
      scenarios: requireList(file['scenarios'], name).map(scenarioOf(group)),
    }
  }
  const title = requireText(file['name'], `${name}: name`)
  const settings = requireObject(file['settings'] ?? {}, `${name}: settings`)
  const needs = requireTexts(file['needs'] ?? [], `${name}: needs`)
  const steps = requireList(file['setup'] ?? [], name).map((step) => stepOf(step, `${title} setup`))
  return {
    kind: 'cases',
    setup: { id: `${title}#setup`, settings, needs, steps },
    cases: requireList(file['cases'], name).map((step, index) => {
      const id = `${title}#${index}`
      return { id, settings, needs, steps: [stepOf(step, id)], setup: steps }
    }),
  }
}

function scenarioOf(group: string): (value: Json) => Scenario {
  return (value) => {
    const scenario = requireObject(value, group)
    const id = `${group}/${requireText(scenario['name'], `${group}: name`)}`
    requireOnly(scenario, ['name', 'settings', 'needs', 'steps'], id)
    return {
      id,
      settings: requireObject(scenario['settings'] ?? {}, id),
      needs: requireTexts(scenario['needs'] ?? [], id),
      steps: requireList(scenario['steps'], id).map((step) => stepOf(step, id)),
    }
  }
}

function stepOf(value: Json, where: string): Step {
  const step = requireObject(value, where)
  if (step['request'] !== undefined) {
    requireOnly(step, ['request', 'response'], where)
    return {
      kind: 'request',
      request: sentRequest(requireObject(step['request'], where), where),
      response: expectedResponse(requireObject(step['response'], where), where),
    }
  }
  const [kind, ...others] = Object.keys(step)
  if (others.length > 0) throw new CorpusError(`${where}: a step of two kinds`)
  switch (kind) {
    case 'seed':
      return {
        kind,
        operations: requireList(step[kind], where).map((item) => requireObject(item, where)),
      }
    case 'mail':
      return { kind, mail: expectedMail(requireObject(step[kind], where), where) }
    case 'provider':
      return {
        kind,
        exchanges: requireList(step[kind], where).map((item) => requireObject(item, where)),
      }
    case 'mint':
      return { kind, mint: requireObject(step[kind], where) }
    case 'totp':
      return { kind, totp: requireObject(step[kind], where) }
    case 'authenticator':
      return { kind, authenticator: requireObject(step[kind], where) }
    case 'wait':
      return { kind, seconds: requireNumber(step[kind], where) }
    default:
      throw new CorpusError(`${where}: unknown step ${kind}`)
  }
}

function sentRequest(request: JsonObject, where: string): SentRequest {
  const bodies = ['json', 'form', 'multipart', 'raw'].filter((name) => name in request)
  if (bodies.length > 1) throw new CorpusError(`${where}: two bodies`)
  const known = ['method', 'path', 'headers', 'content_type', 'client', ...bodies]
  requireOnly(request, known, where)
  return {
    method: requireText(request['method'], where),
    path: requireText(request['path'], where),
    ...optional('headers', request, requireObject, where),
    ...optional('json', request, (value) => value, where),
    ...optional('form', request, (value) => value, where),
    ...optional('multipart', request, (value) => value, where),
    ...optional('raw', request, requireText, where),
    ...optional('content_type', request, requireText, where),
    ...optional('client', request, requireText, where),
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
  requireOnly(response, [...RESPONSE_KEYS, 'server_error'], where)
  return {
    status: requireNumber(response['status'], where),
    ...optional('headers', response, requireObject, where),
    ...optional('cookies', response, requireObject, where),
    ...optional('json', response, (value) => value, where),
    ...optional('text', response, requireText, where),
    ...optional('empty', response, requireFlag, where),
    ...optional('any_body', response, requireFlag, where),
    ...optional('server_error', response, requireFlag, where),
    ...optional('outbound', response, (value) => value, where),
  }
}

function expectedMail(mail: JsonObject, where: string): ExpectedMail {
  requireOnly(mail, ['count', 'messages'], where)
  return {
    count: requireNumber(mail['count'], where),
    messages: requireList(mail['messages'] ?? [], where).map((item) => {
      const message = requireObject(item, where)
      requireOnly(message, ['to', 'subject', 'captures'], where)
      return {
        to: message['to'] ?? null,
        subject: requireText(message['subject'], where),
        ...optional('captures', message, requireObject, where),
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
