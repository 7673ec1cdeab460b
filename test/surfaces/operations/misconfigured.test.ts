import { expect, test } from 'vitest'
import { misconfigured } from '../../../src/surfaces/operations/misconfigured.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

test('one message names every fault and where settings are set', () => {
  const env = { SECRET_KEY: 'short', USE_JWT: 'perhaps', ACCOUNT_LOGIN_METHOD: 'email' }
  expect(() => parseSettings(env)).toThrow(
    [
      'Settings are wrong:',
      '- USE_JWT must be true or false',
      '- ACCOUNT_LOGIN_METHOD is unknown; did you mean ACCOUNT_LOGIN_METHODS?',
      '- SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least 32 bytes; make one: openssl rand -base64 48',
      '- TURSO_DATABASE_URL is missing: libsql://NAME.turso.io, or http://127.0.0.1:8080',
      'Set them in wrangler.toml under [vars]; secrets with `npx wrangler secret put NAME`; on your machine, secrets in .dev.vars.',
    ].join('\n'),
  )
})

test('tells strangers nothing of what is wrong', async () => {
  const response = misconfigured(new Request('https://auth.example.com/'), 'SECRET_KEY is short')
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ detail: 'The service is misconfigured; see its log.' })
})

test('tells the developer in the browser', async () => {
  const headers = { Accept: 'text/html,*/*' }
  const request = new Request('http://localhost:8787/', { headers })
  const response = misconfigured(request, 'X needs <b>')
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  expect(await response.text()).toContain('<pre>X needs &#60;b&#62;</pre>')
})
