import { expect, test } from 'vitest'
import { untrustedOrigins } from '../../src/settings/trusted-origins.ts'
import { settingsOf } from '../support/settings.ts'

const COOKIES = { USE_JWT: 'true', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const CORS = {
  CORS_ALLOWED_ORIGINS: 'https://app.example,https://a.site.example',
  CORS_ALLOW_CREDENTIALS: 'true',
}

test.each([
  [{ ...COOKIES, ...CORS }, ['https://app.example', 'https://a.site.example']],
  [
    { ...COOKIES, ...CORS, CSRF_TRUSTED_ORIGINS: 'https://*.site.example' },
    ['https://app.example'],
  ],
  [{ ...COOKIES, ...CORS, CORS_ALLOW_CREDENTIALS: 'false' }, []],
  [CORS, []],
])('%j: %j may send cookies that are refused', (env, origins) => {
  expect(untrustedOrigins(settingsOf(env))).toEqual(origins)
})
