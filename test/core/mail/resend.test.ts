import { expect, test } from 'vitest'
import type { SendOutcome } from '../../../src/email-message.ts'
import { resendTransport } from '../../../src/core/mail/transports/resend.ts'

const MESSAGE = {
  from: 'Acme <noreply@example.com>',
  to: 'alice@example.net',
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
  idempotencyKey: 'key-1',
}

function sendAgainst(status: number, body: string) {
  const answer = () =>
    Promise.resolve(new Response(body, { status, headers: { 'retry-after': '7' } }))
  return resendTransport('re_test', answer).send(MESSAGE)
}

function error(name: string, message: string): string {
  return JSON.stringify({ statusCode: 422, name, message })
}

/** Status, body, and what becomes of the mail. */
const ANSWERS: readonly (readonly [number, string, SendOutcome])[] = [
  [
    422,
    error('validation_error', 'Invalid `to` field. Please use our testing email address.'),
    { kind: 'refused', reason: 'status 422 validation_error (recipient)' },
  ],
  [
    422,
    error('validation_error', 'Invalid `from` field. The email address needs to follow a format.'),
    { kind: 'held', reason: 'status 422 validation_error' },
  ],
  [
    422,
    error('missing_required_field', 'Missing `html` or `text` field.'),
    { kind: 'held', reason: 'status 422 missing_required_field' },
  ],
  [
    403,
    error('validation_error', 'The example.com domain is not verified.'),
    { kind: 'held', reason: 'status 403 validation_error' },
  ],
  [
    401,
    error('missing_api_key', 'Missing API key'),
    { kind: 'held', reason: 'status 401 missing_api_key' },
  ],
  [
    429,
    error('daily_quota_exceeded', 'You have reached your daily quota.'),
    { kind: 'held', reason: 'status 429 daily_quota_exceeded' },
  ],
  [
    429,
    error('rate_limit_exceeded', 'Too many requests.'),
    { kind: 'busy', reason: 'status 429 rate_limit_exceeded', retryAfterSeconds: 7 },
  ],
  [500, '<html>alice@example.net</html>', { kind: 'failed', reason: 'status 500' }],
  [422, error('alice@example.net', 'alice@example.net'), { kind: 'held', reason: 'status 422' }],
]

test.each(ANSWERS)('an answer %i %s', async (status, body, expected) => {
  expect(await sendAgainst(status, body)).toEqual(expected)
})

test('sends with the SDK: key, payload and Punycode', async () => {
  const requests: Request[] = []
  const answer = (...[input, init]: Parameters<typeof fetch>) => {
    requests.push(new Request(input, init))
    return Promise.resolve(Response.json({ id: 'm-1' }))
  }
  const { send } = resendTransport('re_test', answer)
  expect(await send({ ...MESSAGE, to: 'ida@bücher.example' })).toEqual({ kind: 'sent' })
  const [request] = requests
  expect(request?.url).toBe('https://api.resend.com/emails')
  expect(request?.headers.get('authorization')).toBe('Bearer re_test')
  expect(request?.headers.get('idempotency-key')).toBe('key-1')
  expect(await request?.json()).toMatchObject({
    from: 'Acme <noreply@example.com>',
    to: ['ida@xn--bcher-kva.example'],
    subject: 'Hello',
    text: 'Hello',
    html: '<p>Hello</p>',
  })
})

test('says how long the provider takes no more', async () => {
  const headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': '2' }
  const answer = () => Promise.resolve(Response.json({ id: 'm-1' }, { headers }))
  expect(await resendTransport('re_test', answer).send(MESSAGE)).toEqual({
    kind: 'sent',
    pauseSeconds: 2,
  })
})

test('an answer that never comes is no refusal, and its words are not logged', async () => {
  const { send } = resendTransport('re_test', () => Promise.reject(new TypeError('alice')))
  expect(await send(MESSAGE)).toEqual({ kind: 'failed', reason: 'TypeError' })
})

test('a key that was used for other words means that the mail is on its way', async () => {
  expect(await sendAgainst(409, error('invalid_idempotent_request', ''))).toEqual({ kind: 'sent' })
  expect(await sendAgainst(409, error('concurrent_idempotent_requests', ''))).toEqual({
    kind: 'failed',
    reason: 'status 409',
  })
})

test('a batch is taken as a whole, or blames one of it', async () => {
  const asked: string[] = []
  const batchAgainst = (status: number, body: unknown) =>
    resendTransport('re_test', (...[input, init]) => {
      const request = new Request(input, init)
      asked.push(`${request.url} ${request.headers.get('x-batch-validation')}`)
      return Promise.resolve(Response.json(body, { status }))
    }).sendBatch([MESSAGE, MESSAGE], 'batch-1')
  expect(await batchAgainst(200, { data: [{ id: '1' }, { id: '2' }] })).toEqual({ kind: 'sent' })
  expect(await batchAgainst(200, {})).toMatchObject({ kind: 'failed' })
  const refusal = { name: 'validation_error', message: 'Invalid `from` field.' }
  expect(await batchAgainst(422, refusal)).toMatchObject({ kind: 'refused' })
  expect(await batchAgainst(403, refusal)).toMatchObject({ kind: 'held' })
  expect(new Set(asked)).toEqual(new Set(['https://api.resend.com/emails/batch strict']))
})
