import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../src/deps.ts'
import type { SeededUser } from '../support/seed.ts'

/** A fault that somebody reported, as requests and what they should have been answered. */
export type BugCase = {
  readonly title: string
  readonly modes: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly users: readonly Partial<SeededUser>[]
  readonly client: Partial<Client>
  /** Mails go the way that the settings choose, not into the test's mailbox. */
  readonly realMail: boolean
  /** A pattern that the message about the refused settings must have; then there are no steps. */
  readonly settingsRefused: string | undefined
  /** ID tokens that are signed before the first step and saved under their names. */
  readonly idTokens: Readonly<Record<string, IdToken>>
  /** What the outside world answers from the beginning. */
  readonly outside: readonly OutsideAnswer[]
  readonly steps: readonly Step[]
}

/** An ID token of Google or Apple; the claims go over the usual ones. */
export type IdToken = {
  readonly issuer: 'google' | 'apple'
  readonly claims: Readonly<Record<string, unknown>>
}

/** One answer of the outside world; it may be asked for often or never. */
export type OutsideAnswer = {
  readonly method: string
  readonly url: string
  readonly status?: number
  readonly json: unknown
}

/** How the database answers instead of working: an error of its own, or any HTTP answer. */
export type BrokenDatabase =
  | { readonly code: string; readonly message: string }
  | { readonly status: number; readonly text: string }

/** One step, in this order: time passes, the world changes, a request is made, then things are looked at. */
export type Step = {
  /** Seconds that pass. */
  readonly advance?: number
  readonly outside?: readonly OutsideAnswer[]
  /** `null`: it works again. */
  readonly database?: BrokenDatabase | null
  readonly request?: RequestStep
  /** How often the request is made; `${n}` counts from 0. */
  readonly times?: number
  readonly expect?: Expectation
  /** By name: `member.of.body`, `cookie:NAME`, or `mail:PATTERN` with one group over the last mail. */
  readonly save?: Readonly<Record<string, string>>
  /** Who was mailed so far. */
  readonly mails?: readonly string[]
  /** Members of an entry that the log must have. */
  readonly log?: Readonly<Record<string, unknown>>
  /** A text that the log must have anywhere. */
  readonly logHas?: string
  /** How many mails wait in the outbox. */
  readonly outbox?: number
  /** The `to` of the first mail that went to Resend. */
  readonly sentTo?: unknown
}

/** A request; `${name}` in it is what was saved under that name. */
export type RequestStep = {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly text?: string
  readonly contentType?: string
}

/** What an answer must be. */
export type Expectation = {
  /** The status, or those it may have. */
  readonly status?: number | readonly number[]
  /** Members that the body has. */
  readonly body?: object
  /** Members that the body does not have together. */
  readonly notBody?: object
  readonly bodyHas?: string
  /** A pattern over all `Set-Cookie` lines. */
  readonly cookie?: string
  /** Patterns by header. */
  readonly header?: Readonly<Record<string, string>>
}

/** What a case may say besides, for people. */
const NOTES = ['id', 'kind', 'held_out', 'source', 'title', 'note']
const CASE_KEYS = [
  ...NOTES,
  'modes',
  'settings',
  'users',
  'client',
  'realMail',
  'settingsRefused',
  'idTokens',
  'outside',
  'steps',
]
const STEP_KEYS =
  'note advance outside database request times expect save mails log logHas outbox sentTo'.split(
    ' ',
  )
const REQUEST_KEYS = ['method', 'path', 'headers', 'json', 'form', 'text', 'contentType']
const EXPECT_KEYS = ['status', 'body', 'notBody', 'bodyHas', 'cookie', 'header']
const OUTSIDE_KEYS = ['method', 'url', 'status', 'json']
const USER_KEYS =
  'username email password firstName lastName isActive emailVerified tokenKey'.split(' ')

/**
 * Every case of a directory by its file's name, and its number where a file lists several. A directory without cases, a file that is no JSON, and a word
 * that means nothing here are errors: a case that checks less than it says would be green for nothing.
 */
export function readCases(directory: string): ReadonlyMap<string, BugCase> {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'))
  if (files.length === 0) throw new Error(`no cases (*.json) in ${directory}`)
  return new Map(files.sort().flatMap((file) => readFile(directory, file)))
}

function readFile(directory: string, file: string): readonly (readonly [string, BugCase])[] {
  const whole: unknown = JSON.parse(readFileSync(join(directory, file), 'utf8'))
  if (!Array.isArray(whole)) return [[file, readCase(whole, file)]]
  if (whole.length === 0) throw new Error(`${file} lists nothing`)
  return whole.map((one: unknown, index) => {
    const place = `${file} ${index + 1}`
    return [place, readCase(one, place)]
  })
}

function readCase(raw: unknown, file: string): BugCase {
  const whole = objectOf(raw, file)
  requireKnown(whole, CASE_KEYS, file)
  const steps = listOf(whole['steps'], `${file}, steps`)
  for (const [index, step] of steps.entries()) checkStep(step, `${file}, step ${index + 1}`)
  for (const user of listOf(whole['users'] ?? [], `${file}, users`)) {
    requireKnown(user, USER_KEYS, `${file}, users`)
  }
  checkOutside(whole['outside'], file)
  const { settingsRefused } = whole
  if (steps.length === 0 && typeof settingsRefused !== 'string') {
    throw new Error(`${file} checks nothing`)
  }
  // Checked above as far as a mistake could hide in it; the rest fails where it is used.
  const given = whole as Partial<BugCase>
  return {
    title: given.title ?? '',
    modes: given.modes ?? ['safe'],
    settings: given.settings ?? {},
    users: given.users ?? [],
    client: given.client ?? {},
    realMail: given.realMail ?? false,
    settingsRefused: given.settingsRefused,
    idTokens: given.idTokens ?? {},
    outside: given.outside ?? [],
    steps: given.steps ?? [],
  }
}

function checkStep(raw: unknown, place: string): void {
  const step = objectOf(raw, place)
  requireKnown(step, STEP_KEYS, place)
  const { request, expect, save, outside } = step
  if (request === undefined && (expect !== undefined || save !== undefined)) {
    throw new Error(`${place} expects an answer and makes no request`)
  }
  if (request !== undefined) requireKnown(request, REQUEST_KEYS, `${place}, request`)
  if (expect !== undefined) requireKnown(expect, EXPECT_KEYS, `${place}, expect`)
  checkOutside(outside, place)
}

function checkOutside(raw: unknown, place: string): void {
  for (const answer of listOf(raw ?? [], `${place}, outside`)) {
    requireKnown(answer, OUTSIDE_KEYS, `${place}, outside`)
  }
}

function requireKnown(raw: unknown, known: readonly string[], place: string): void {
  const unknown = Object.keys(objectOf(raw, place)).filter((key) => !known.includes(key))
  if (unknown.length > 0) {
    throw new Error(`${place}: unknown ${unknown.join(', ')}; known are ${known.join(', ')}`)
  }
}

function objectOf(raw: unknown, place: string): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new Error(`${place} must be an object`)
  }
  return raw as Record<string, unknown>
}

function listOf(raw: unknown, place: string): readonly unknown[] {
  if (Array.isArray(raw)) return raw
  throw new Error(`${place} must be a list`)
}
