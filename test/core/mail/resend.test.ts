import { expect, test } from 'vitest'
import { sendByResend } from '../../../src/core/mail/resend.ts'

const MESSAGE = {
  from: 'Acme <noreply@example.com>',
  to: 'alice@example.net',
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
  idempotencyKey: 'key-1',
}

function sendAgainst(status: number, body: string) {
  return sendByResend('re_test', () => Promise.resolve(new Response(body, { status })))(MESSAGE)
}

function error(name: string, message: string): string {
  return JSON.stringify({ statusCode: 422, name, message })
}

/** Status, body, and what becomes of the mail. */
const ANSWERS: readonly (readonly [number, string, { kind: string; reason: string }])[] = [
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
    { kind: 'failed', reason: 'status 429 rate_limit_exceeded' },
  ],
  [500, '<html>alice@example.net</html>', { kind: 'failed', reason: 'status 500' }],
  [422, error('alice@example.net', 'alice@example.net'), { kind: 'held', reason: 'status 422' }],
]

test.each(ANSWERS)('an answer %i %s', async (status, body, expected) => {
  expect(await sendAgainst(status, body)).toEqual(expected)
})
