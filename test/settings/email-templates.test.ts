import { expect, test } from 'vitest'
import { parseSettings } from '../../src/settings/parse.ts'

const env = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
}

function faultsOf(more: Readonly<Record<string, unknown>>): string {
  try {
    parseSettings({ ...env, ...more })
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

test('names every fault of EMAIL_TEMPLATES', () => {
  const EMAIL_TEMPLATES = {
    confirm_mail: { subject: 'x' },
    'confirm_email.tlh': { subject: 'x' },
    password_reset: { html: '<p>{user}</p>', body: 'x', subject: 1 },
    password_changed: 'x',
  }
  const message = faultsOf({ EMAIL_TEMPLATES })
  expect(message).toContain('not confirm_mail')
  expect(message).toContain('not tlh')
  expect(message).toContain('has {user} in password_reset.html')
  expect(message).toContain('has body in password_reset')
  expect(message).toContain('needs a string for password_reset.subject')
  expect(message).toContain('needs {url} in password_reset.html')
  expect(message).toContain('needs an object for password_changed')
})

test('takes braces of CSS for what they are', () => {
  const html = '<style>p{color:red}a{margin:0}</style>{url}'
  expect(faultsOf({ EMAIL_TEMPLATES: { password_reset: { html } } })).toBe('')
})

test('refuses brands that mails and pages cannot show', () => {
  const fault = 'BRAND_COLOR must be a colour like "#2f5bd7", not'
  expect(faultsOf({ BRAND_COLOR: 'Blue' })).toContain(`${fault} "blue"`)
  // What is left of an unquoted colour in .dev.vars.
  expect(faultsOf({ BRAND_COLOR: '' })).toContain(
    `${fault} ""; in .dev.vars put it in quotes: # begins a comment`,
  )
  expect(faultsOf({ BRAND_LOGO_URL: 'http://x.example/l.png' })).toContain(
    'BRAND_LOGO_URL must be an https URL',
  )
  expect(parseSettings({ ...env, BRAND_COLOR: '#ABC' }).BRAND_COLOR).toBe('#aabbcc')
})

test.each(['//evil.example', '/\\evil.example', 'javascript:alert(1)', 'evil.example'])(
  'refuses to lead people to %s after a sign-in',
  (LOGIN_REDIRECT_URL) => {
    expect(faultsOf({ LOGIN_REDIRECT_URL })).toContain('LOGIN_REDIRECT_URL must be')
  },
)

test('says where links in mails lead when the built-in pages are off', () => {
  expect(faultsOf({ BUILT_IN_PAGES: 'false' })).toContain(
    'HEADLESS_FRONTEND_URLS needs account_confirm_email and account_reset_password_from_key',
  )
})

test('never shows mails to everybody where they are really sent', () => {
  const sending = { RESEND_API_KEY: 're_x', PUBLIC_URL: 'https://auth.example.com' }
  expect(faultsOf({ ...sending, DEV_MAILBOX: 'true' })).toContain('DEV_MAILBOX')
})
