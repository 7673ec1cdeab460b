import { expect, test } from 'vitest'
import { missingForMail, wantedTransports } from '../../src/settings/mail-transports.ts'
import { parseSettings, SettingsError } from '../../src/settings/parse.ts'

const ENV = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:1',
}
const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`

function faultsOf(env: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseSettings({ ...ENV, ...env })
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n')
    throw error
  }
}

test.each([
  [{}, [], 'RESEND_API_KEY'],
  [{ RESEND_API_KEY: 're_x' }, ['resend'], undefined],
  [{ MAIL_TRANSPORTS: 'postmark' }, ['postmark'], 'POSTMARK_SERVER_TOKEN'],
  [{ MAIL_TRANSPORTS: '["ses"]', SES_REGION: 'eu-central-1' }, ['ses'], 'SES_ACCESS_KEY_ID'],
  [
    { MAIL_TRANSPORTS: 'Resend, postmark', POSTMARK_SERVER_TOKEN: 't' },
    ['resend', 'postmark'],
    undefined,
  ],
  [{ MAIL_TRANSPORTS: 'cloudflare' }, ['cloudflare'], undefined],
  [
    { MAIL_TRANSPORTS: 'http', MAIL_HOOK_URL: 'https://m.example.com' },
    ['http'],
    'MAIL_HOOK_SECRETS',
  ],
])('%j is sent by %j, and waits for %s', (env, wanted, missing) => {
  const settings = parseSettings({ ...ENV, ...env })
  expect(wantedTransports(settings)).toEqual(wanted)
  expect(missingForMail(settings)).toBe(missing)
})

test.each([
  [
    { MAIL_TRANSPORTS: 'sendgrid' },
    /MAIL_TRANSPORTS knows resend, cloudflare, postmark, ses, http/,
  ],
  [{ MAIL_TRANSPORTS: 'resend,resend' }, /MAIL_TRANSPORTS names a transport twice/],
  [{ MAIL_TRANSPORT: 'resend' }, /did you mean MAIL_TRANSPORTS/],
  [{ POSTMARK_SERVER_TOKENS: 't' }, /did you mean POSTMARK_SERVER_TOKEN/],
  [{ MAIL_HOOK_URL: 'http://mail.example.com' }, /MAIL_HOOK_URL must be a URL like https/],
  [{ MAIL_HOOK_SECRETS: 'hunter2' }, /MAIL_HOOK_SECRETS must be whsec_/],
  [{ MAIL_EVENT_SECRETS: 'hunter2' }, /MAIL_EVENT_SECRETS must be whsec_/],
  [{ POSTMARK_WEBHOOK_CREDENTIALS: 'postmark:hunter2' }, /CREDENTIALS must be NAME:PASSWORD/],
  [{ POSTMARK_WEBHOOK_CREDENTIALS: 'x'.repeat(40) }, /CREDENTIALS must be NAME:PASSWORD/],
  [
    { SES_TOPIC_ARNS: 'arn:aws:sns:evil.example/x:123456789012:t' },
    /SES_TOPIC_ARNS has .* must be/,
  ],
  [{ SES_REGION: 'evil.example/x' }, /SES_REGION must be a region/],
  [{ MAIL_TRANSPORTS: 'resend', DEV_MAILBOX: 'true' }, /DEV_MAILBOX shows everybody all mails/],
])('%j is refused', (env, message) => {
  const faults = faultsOf(env).join('\n')
  expect(faults).toMatch(message)
  expect(faults).not.toContain('hunter2')
})

test('a hook takes two secrets, and a developer their own machine', () => {
  const env = { MAIL_HOOK_URL: 'http://127.0.0.1:9/send', MAIL_HOOK_SECRETS: [SECRET, SECRET] }
  expect(faultsOf(env)).toEqual([])
})
