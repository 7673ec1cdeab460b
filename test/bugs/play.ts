import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect } from 'vitest'
import { emailOutbox } from '../../src/db/schema/mail.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { jsonExchange, type Exchange } from '../support/fake-fetch.ts'
import type {
  BrokenDatabase,
  BugCase,
  Expectation,
  IdToken,
  OutsideAnswer,
  RequestStep,
  Step,
} from './case.ts'

/** What earlier answers said, by the name it was saved under; `undefined` where they did not say it. */
type Saved = Record<string, string | undefined>

type Play = {
  readonly app: TestApp
  readonly saved: Saved
  readonly outside: (answers: readonly OutsideAnswer[]) => readonly Exchange[]
}

const ISSUERS = {
  google: {
    iss: 'https://accounts.google.com',
    keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
  },
  apple: { iss: 'https://appleid.apple.com', keysUrl: 'https://appleid.apple.com/auth/keys' },
} as const

const { publicKey, privateKey } = await generateKeyPair('RS256')
let played = 0

/** Plays one case in one mode, and fails where the product does not answer what the case expects. */
export async function playCase(bugCase: BugCase, mode: string): Promise<void> {
  const options = {
    env: { DJANGO_COMPATIBILITY: mode, ...bugCase.settings },
    users: bugCase.users.map((user) => aUser(user)),
    client: bugCase.client,
    ...(bugCase.realMail ? { sendEmail: 'of settings' as const } : {}),
  }
  if (bugCase.settingsRefused !== undefined) {
    const pattern = new RegExp(bugCase.settingsRefused, 's')
    await expect(createTestApp(options)).rejects.toThrow(pattern)
    return
  }
  const app = await createTestApp(options)
  played += 1
  // A provider's keys are kept for a while by the process: each case comes an hour after the one before.
  app.clock.advance(3600 * played)
  const kid = `key-${played}`
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }] }
  const keyExchanges = Object.values(ISSUERS).map((it) => jsonExchange('GET', it.keysUrl, keys))
  const outside = (answers: readonly OutsideAnswer[]): readonly Exchange[] => [
    ...keyExchanges,
    ...answers.map(({ method, url, json, status }) =>
      jsonExchange(method, url, json, { status: status ?? 200 }),
    ),
  ]
  const saved: Saved = {}
  for (const [name, token] of Object.entries(bugCase.idTokens)) {
    saved[name] = await signIdToken(token, kid, app.clock.now())
  }
  app.outside.setExchanges(outside(bugCase.outside))
  try {
    for (const [index, step] of bugCase.steps.entries()) {
      await playStep({ app, saved, outside }, step, `step ${index + 1}`)
    }
  } finally {
    app.outside.setExchanges([])
    app.outside.interceptDatabase(undefined)
  }
}

function signIdToken({ issuer, claims }: IdToken, kid: string, now: Date): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000)
  return new SignJWT({ iss: ISSUERS[issuer].iss, iat, exp: iat + 3600, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(privateKey)
}

async function playStep(play: Play, step: Step, place: string): Promise<void> {
  const { app, saved, outside } = play
  if (step.advance !== undefined) app.clock.advance(step.advance)
  if (step.outside !== undefined) app.outside.setExchanges(outside(step.outside))
  const { database } = step
  if (database === null) app.outside.interceptDatabase(undefined)
  else if (database !== undefined) {
    app.outside.interceptDatabase((request) => answerBroken(request, database))
  }
  if (step.request !== undefined) {
    for (let round = 0; round < (step.times ?? 1); round += 1) {
      saved['n'] = String(round)
      await playRequest(play, { ...step, request: step.request }, place)
    }
  }
  await lookAround(app, step, place)
}

async function playRequest(
  { app, saved }: Play,
  step: Step & { readonly request: RequestStep },
  place: string,
): Promise<void> {
  const response = await send(app, fill(step.request, saved, place))
  const text = await response.text()
  const answer = { response, text, body: parsed(text) }
  const told = `${place}: ${response.status} ${text.slice(0, 300)}`
  if (step.expect !== undefined) judge(answer, fill(step.expect, saved, place), told)
  for (const [name, from] of Object.entries(step.save ?? {})) {
    saved[name] = await valueOf(app, answer, from)
  }
}

function send(app: TestApp, request: RequestStep): Promise<Response> {
  const { method = 'POST', path, headers = {}, json, form, text } = request
  const [body, itsType] =
    json !== undefined
      ? [JSON.stringify(json), 'application/json']
      : form !== undefined
        ? [new URLSearchParams(form).toString(), 'application/x-www-form-urlencoded']
        : [text, undefined]
  const contentType = request.contentType ?? itsType
  return app.request(path, {
    method,
    headers: {
      ...headers,
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

type Answer = { readonly response: Response; readonly text: string; readonly body: unknown }

function judge({ response, text, body }: Answer, wanted: Expectation, told: string): void {
  if (wanted.status !== undefined) {
    expect([wanted.status].flat(), told).toContain(response.status)
  }
  if (wanted.body !== undefined) expect(body, told).toMatchObject(wanted.body)
  if (wanted.notBody !== undefined) expect(body, told).not.toMatchObject(wanted.notBody)
  if (wanted.bodyHas !== undefined) expect(text, told).toContain(wanted.bodyHas)
  for (const [name, pattern] of Object.entries(wanted.header ?? {})) {
    expect(response.headers.get(name) ?? '', told).toMatch(new RegExp(pattern))
  }
  if (wanted.cookie !== undefined) {
    expect(response.headers.getSetCookie().join('\n'), told).toMatch(new RegExp(wanted.cookie))
  }
}

/** What `save` names in an answer or in the last mail. */
async function valueOf(app: TestApp, answer: Answer, from: string): Promise<string | undefined> {
  if (from.startsWith('cookie:')) {
    const start = `${from.slice('cookie:'.length)}=`
    const line = answer.response.headers.getSetCookie().find((it) => it.startsWith(start))
    return line?.slice(start.length).split(';')[0]
  }
  if (from.startsWith('mail:')) {
    await app.settle()
    const pattern = new RegExp(from.slice('mail:'.length))
    const found = pattern.exec(app.mailbox.at(-1)?.text ?? '')?.[1]
    return found === undefined ? undefined : decodeURIComponent(found)
  }
  const value = from.split('.').reduce<unknown>(memberOf, answer.body)
  return value === undefined ? undefined : String(value)
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

/** Puts what was saved in the place of `${name}`, wherever a text has it. */
function fill<T>(value: T, saved: Saved, place: string): T {
  const text = JSON.stringify(value).replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const known = saved[name]
    if (known === undefined) throw new Error(`${place}: nothing was saved as ${name}`)
    return JSON.stringify(known).slice(1, -1)
  })
  const filled: T = JSON.parse(text)
  return filled
}

async function lookAround(app: TestApp, step: Step, place: string): Promise<void> {
  const { mails, log, logHas, outbox, sentTo } = step
  if ([mails, log, logHas, outbox, sentTo].some((it) => it !== undefined)) await app.settle()
  if (mails !== undefined)
    expect(
      app.mailbox.map(({ to }) => to),
      place,
    ).toEqual(mails)
  if (log !== undefined) expect(app.log, place).toContainEqual(expect.objectContaining(log))
  if (logHas !== undefined) expect(JSON.stringify(app.log), place).toContain(logHas)
  if (outbox !== undefined) {
    expect(await app.deps().db.select().from(emailOutbox), place).toHaveLength(outbox)
  }
  if (sentTo !== undefined) {
    const call = app.outside.calls.find(({ url }) => url.includes('resend.com'))
    expect(memberOf(parsed(call?.body ?? ''), 'to'), place).toEqual(sentTo)
  }
}

/** Every statement fails, or the whole call does. */
async function answerBroken(request: Request, broken: BrokenDatabase): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  if ('status' in broken) return new Response(broken.text, { status: broken.status, headers })
  const pipeline: Pipeline = await request.clone().json()
  const results = pipeline.requests.map(({ type, batch }) => {
    if (type === 'execute') return { type: 'error', error: broken }
    if (batch === undefined) return { type: 'ok', response: { type } }
    const nothing = batch.steps.map(() => null)
    const result = { step_results: nothing, step_errors: [broken, ...nothing.slice(1)] }
    return { type: 'ok', response: { type, result } }
  })
  return new Response(JSON.stringify({ baton: null, base_url: null, results }), { headers })
}

type Pipeline = {
  readonly requests: readonly {
    readonly type: string
    readonly batch?: { readonly steps: readonly unknown[] }
  }[]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
