import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { signAwsRequest } from '../../../src/core/mail/transports/aws-signature.ts'
import { chainOf } from '../../../src/core/mail/transports/chain.ts'
import { chooseTransports } from '../../../src/core/mail/transports/choose.ts'
import type { Transport } from '../../../src/core/mail/transports/transport.ts'
import type { LogLine } from '../../../src/deps.ts'
import type { EmailMessage, SendOutcome } from '../../../src/email-message.ts'
import type { EmailBinding } from '../../../src/platform.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const ENV = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:1',
  PUBLIC_URL: 'https://auth.example.com',
  RESEND_API_KEY: 're_test',
  POSTMARK_SERVER_TOKEN: 'server-token',
  SES_REGION: 'eu-central-1',
  SES_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  SES_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
  MAIL_HOOK_URL: 'https://mail.example.com/send',
  MAIL_HOOK_SECRETS: SECRET,
}
const MESSAGE: EmailMessage = {
  from: 'Acme <noreply@bücher.example>',
  to: 'alice@bücher.example',
  subject: 'Hello',
  text: 'Text',
  html: '<p>Text</p>',
  idempotencyKey: 'password_reset-1',
}
const NOW = new Date()

type Answer = (request: Request) => Promise<Response>

/** The transport of a name, before a provider that answers so. */
function transport(name: string, answer: Answer, email?: EmailBinding) {
  const log: LogLine[] = []
  const chosen = chooseTransports({
    settings: parseSettings({ ...ENV, MAIL_TRANSPORTS: name }),
    log: (line) => log.push(line),
    fetch: (input, init) => answer(new Request(input, init)),
    email,
    now: () => NOW,
  })
  return { ...chosen, log }
}

function answering(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return () => Promise.resolve(Response.json(body, { status, headers }))
}

function binding(code: string): EmailBinding {
  return { send: () => Promise.reject(Object.assign(new Error('alice@bücher.example'), { code })) }
}

describe('what each provider is sent', () => {
  async function sent(name: string, answer: unknown): Promise<Request> {
    const requests: Request[] = []
    const { send } = transport(name, (request) => {
      requests.push(request)
      return Promise.resolve(Response.json(answer))
    })
    expect(await send(MESSAGE)).toEqual({ kind: 'sent' })
    const [request, ...more] = requests
    expect(more).toEqual([])
    if (request === undefined) throw new Error('Nothing was sent.')
    return request
  }

  test('postmark', async () => {
    const request = await sent('postmark', { ErrorCode: 0, MessageID: 'm-1' })
    expect(request.url).toBe('https://api.postmarkapp.com/email')
    expect(request.headers.get('X-Postmark-Server-Token')).toBe('server-token')
    expect(await request.json()).toEqual({
      From: 'Acme <noreply@xn--bcher-kva.example>',
      To: 'alice@xn--bcher-kva.example',
      Subject: 'Hello',
      TextBody: 'Text',
      HtmlBody: '<p>Text</p>',
      MessageStream: 'outbound',
    })
  })

  test('ses', async () => {
    const request = await sent('ses', { MessageId: 'm-1' })
    expect(request.url).toBe('https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails')
    expect(request.headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    )
    expect(await request.json()).toMatchObject({
      FromEmailAddress: 'Acme <noreply@xn--bcher-kva.example>',
      Destination: { ToAddresses: ['alice@xn--bcher-kva.example'] },
      Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Html: { Data: '<p>Text</p>' } } } },
    })
  })

  test('http: signed so that a library of others verifies it', async () => {
    const request = await sent('http', {})
    expect(request.url).toBe('https://mail.example.com/send')
    expect(request.redirect).toBe('manual')
    const body = await request.text()
    const headers = Object.fromEntries(request.headers.entries())
    expect(headers['webhook-id']).toBe('password_reset-1')
    expect(new Webhook(SECRET).verify(body, headers)).toEqual({
      from: MESSAGE.from,
      to: MESSAGE.to,
      subject: 'Hello',
      text: 'Text',
      html: '<p>Text</p>',
    })
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow()
  })

  test('cloudflare', async () => {
    const given: unknown[] = []
    const email: EmailBinding = {
      send: (message) => {
        given.push(message)
        return Promise.resolve({ messageId: 'm-1' })
      },
    }
    const { send } = transport('cloudflare', answering(500, {}), email)
    expect(await send(MESSAGE)).toEqual({ kind: 'sent' })
    expect(given).toEqual([
      {
        from: { email: 'noreply@xn--bcher-kva.example', name: 'Acme' },
        to: 'alice@xn--bcher-kva.example',
        subject: 'Hello',
        text: 'Text',
        html: '<p>Text</p>',
      },
    ])
  })
})

/** Name, answer, and what becomes of the mail. */
const ANSWERS: readonly (readonly [string, Answer, SendOutcome['kind']])[] = [
  ['postmark', answering(422, { ErrorCode: 406, Message: 'Inactive: alice@x.example' }), 'refused'],
  ['postmark', answering(422, { ErrorCode: 300, Message: "Error parsing 'To'" }), 'refused'],
  ['postmark', answering(422, { ErrorCode: 300, Message: "Error parsing 'From'" }), 'held'],
  ['postmark', answering(422, { ErrorCode: 400, Message: 'Sender unknown' }), 'held'],
  ['postmark', answering(401, { ErrorCode: 10 }), 'held'],
  ['postmark', answering(429, {}), 'busy'],
  ['postmark', answering(500, '<html>'), 'failed'],
  ['postmark', answering(200, '<html>'), 'failed'],
  ['ses', answering(400, {}, { 'x-amzn-errortype': 'MessageRejected:http://x' }), 'held'],
  ['ses', answering(403, {}), 'held'],
  ['ses', answering(429, {}), 'busy'],
  ['ses', answering(503, {}), 'failed'],
  ['ses', answering(200, {}), 'failed'],
  ['http', answering(422, {}), 'refused'],
  ['http', answering(410, {}), 'held'],
  ['http', answering(401, {}), 'held'],
  ['http', answering(429, {}, { 'retry-after': '9' }), 'busy'],
  ['http', answering(503, {}), 'busy'],
  ['http', answering(500, {}), 'failed'],
]

test.each(ANSWERS)('%s: what an answer means', async (name, answer, kind) => {
  const outcome = await transport(name, answer).send(MESSAGE)
  expect(outcome.kind).toBe(kind)
  expect(JSON.stringify(outcome)).not.toMatch(/alice|@/)
})

test.each(['resend', 'postmark', 'ses', 'http'])(
  '%s: without an answer nobody knows',
  async (name) => {
    const { send } = transport(name, () => Promise.reject(new DOMException('', 'TimeoutError')))
    expect(await send(MESSAGE)).toEqual({ kind: 'failed', reason: 'TimeoutError' })
  },
)

test.each([
  ['E_RECIPIENT_SUPPRESSED', 'refused'],
  ['E_SENDER_NOT_VERIFIED', 'held'],
  ['E_RATE_LIMIT_EXCEEDED', 'busy'],
  ['E_INTERNAL_SERVER_ERROR', 'failed'],
  ['alice@bücher.example', 'failed'],
])('cloudflare: %s', async (code, kind) => {
  const { send } = transport('cloudflare', answering(500, {}), binding(code))
  const outcome = await send(MESSAGE)
  expect(outcome.kind).toBe(kind)
  expect(JSON.stringify(outcome)).not.toContain('alice')
})

test('AWS signs so (post-vanilla of its own test suite)', async () => {
  const headers = await signAwsRequest(
    {
      url: new URL('https://example.amazonaws.com/'),
      body: '',
      headers: {},
      now: new Date('2015-08-30T12:36:00Z'),
    },
    {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 'service',
    },
  )
  expect(headers['authorization']).toContain(
    'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  )
})

describe('a fallback', () => {
  const OUTCOMES: readonly SendOutcome[] = [
    { kind: 'sent' },
    { kind: 'refused', reason: 'r' },
    { kind: 'held', reason: 'h' },
    { kind: 'busy', reason: 'b', retryAfterSeconds: 1 },
    { kind: 'failed', reason: 'f' },
  ]

  function chain(first: SendOutcome, second: SendOutcome) {
    const asked: string[] = []
    const log: LogLine[] = []
    const one = (name: Transport['name'], outcome: SendOutcome): Transport => ({
      name,
      send: () => {
        asked.push(name)
        return Promise.resolve(outcome)
      },
    })
    const transports = [one('resend', first), one('postmark', second)]
    return { asked, log, ...chainOf(transports, (line) => log.push(line)) }
  }

  test.each(OUTCOMES)('is asked only where the first surely has nothing: $kind', async (first) => {
    const { asked, log, send } = chain(first, { kind: 'sent' })
    const outcome = await send(MESSAGE)
    const isFree = first.kind === 'held' || first.kind === 'busy'
    expect(asked).toEqual(isFree ? ['resend', 'postmark'] : ['resend'])
    expect(outcome).toEqual(isFree ? { kind: 'sent' } : first)
    expect(log.map(({ event }) => event)).toEqual(isFree ? ['email_by_fallback'] : [])
  })

  test('keeps a mail that it may have taken', async () => {
    const { send } = chain({ kind: 'held', reason: 'h' }, { kind: 'failed', reason: 'f' })
    expect(await send(MESSAGE)).toEqual({ kind: 'failed', reason: 'f', triedBy: 'postmark' })
    const again = chain({ kind: 'sent' }, { kind: 'sent' })
    await again.send({ ...MESSAGE, triedBy: 'postmark' })
    expect(again.asked).toEqual(['postmark'])
  })

  test('never gets what the first may have taken', async () => {
    const { asked, send } = chain(
      { kind: 'busy', reason: 'b', retryAfterSeconds: 1 },
      { kind: 'sent' },
    )
    expect((await send({ ...MESSAGE, triedBy: 'first' })).kind).toBe('busy')
    expect(asked).toEqual(['resend'])
  })

  test('where both refuse, the first one says why', async () => {
    const { send } = chain(
      { kind: 'held', reason: 'h' },
      { kind: 'busy', reason: 'b', retryAfterSeconds: 1 },
    )
    expect(await send(MESSAGE)).toEqual({ kind: 'held', reason: 'h' })
  })
})
