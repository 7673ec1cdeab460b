import { expect, test } from 'vitest'
import { parseSettings, SettingsError } from '../../src/settings/parse.ts'
import { publicUrlFault } from '../../src/settings/public-url.ts'
import { takesEvent } from '../../src/settings/webhook-events.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const ENV = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:1',
}

function faultOf(webhook: unknown, name = 'crm'): string {
  try {
    parseSettings({ ...ENV, WEBHOOKS: JSON.stringify({ [name]: webhook }) })
    return ''
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
}

test.each([
  'http://crm.example.com/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://127。0。0。1/',
  'https://[64:ff9b::7f00:1]/',
  'https://kubernetes.default.svc/',
  'https://127-0-0-1.traefik.me/',
  'https://x.lacolhost.com/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fd00::1]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://app.localhost/',
  'https://metadata.google.internal/',
  'https://db.corp/',
  'https://printer.local/',
  'https://router.home.arpa/',
  'https://intranet/',
  'https://user:pass@crm.example.com/',
  'https://①②⑦.⓪.⓪.①/',
  'https://crm.example.com/#x',
  'file:///etc/passwd',
  'crm.example.com',
  '',
])('%s is asked by nobody', (url) => {
  expect(publicUrlFault(url)).toBeDefined()
  expect(faultOf({ url, secrets: [SECRET] })).toContain('WEBHOOKS of crm: url must')
})

test.each([
  'https://crm.example.com/hooks?x=1',
  'https://crm.example.com:8443/',
  'https://bücher.example/',
])('%s may be asked', (url) => {
  expect(faultOf({ url, secrets: [SECRET] })).toBe('')
})

test.each([
  [
    { url: 'https://crm.example.com/', secrets: ['hunter2'] },
    'crm',
    /secrets must be a list of whsec_/,
  ],
  [{ url: 'https://crm.example.com/', secrets: [] }, 'crm', /secrets must be/],
  [{ url: 'https://crm.example.com/' }, 'crm', /secrets must be/],
  [
    { url: 'https://crm.example.com/', secrets: [SECRET], events: ['user.create'] },
    'crm',
    /events knows user\.created/,
  ],
  [{ url: 'https://crm.example.com/', secrets: [SECRET], events: [] }, 'crm', /events knows/],
  [{ url: 'https://crm.example.com/', secrets: [SECRET] }, 'c r m', /has a name that is not/],
])('%j is refused, and no secret is told', (webhook, name, message) => {
  const fault = faultOf(webhook, name)
  expect(fault).toMatch(message)
  expect(fault).not.toContain('hunter2')
  expect(fault).not.toContain(SECRET)
})

test('filters take events', () => {
  expect(takesEvent('user.*', 'user.created')).toBe(true)
  expect(takesEvent('user.*', 'login')).toBe(false)
  expect(takesEvent('login', 'login.failed')).toBe(false)
  expect(takesEvent('*', 'token.reused')).toBe(true)
})
