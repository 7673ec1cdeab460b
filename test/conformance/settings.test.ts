import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../src/settings/parse.ts'
import { corpusFiles, readCorpusFile } from './corpus.ts'
import { findRefusal } from './difference.ts'
import { differences } from './differences.ts'
import { secretKeyOf, workerVariables } from './settings.ts'

const CORPUS = new URL('../corpus', import.meta.url).pathname

describe('the baseline', () => {
  test('is the token profile where none is named', () => {
    expect(workerVariables({})).toEqual(workerVariables({ PROFILE: 'token' }))
    expect(workerVariables({})).toMatchObject({
      DJANGO_COMPATIBILITY: 'exact',
      SECRET_KEY: 'conformance-secret-key-0123456789abcdefghijklmnopqrstuvwxyz',
      USE_JWT: 'false',
      DEFAULT_AUTHENTICATION_CLASSES:
        '["rest_framework.authentication.TokenAuthentication","rest_framework.authentication.SessionAuthentication"]',
      TOKEN_BLACKLIST_ENABLED: 'false',
      ACCOUNT_EMAIL_VERIFICATION: 'optional',
      ACCOUNT_RATE_LIMITS: 'false',
    })
  })

  test('of the jwt profile has its cookies and its blacklist', () => {
    expect(workerVariables({ PROFILE: 'jwt' })).toMatchObject({
      USE_JWT: 'true',
      JWT_AUTH_COOKIE: 'my-app-auth',
      JWT_AUTH_REFRESH_COOKIE: 'my-refresh-token',
      JWT_AUTH_HTTPONLY: 'false',
      DEFAULT_AUTHENTICATION_CLASSES: '["dj_rest_auth.jwt_auth.JWTCookieAuthentication"]',
      TOKEN_BLACKLIST_ENABLED: 'true',
    })
  })

  test('names where Facebook sends its codes', () => {
    const { SOCIALACCOUNT_PROVIDERS = '' } = workerVariables({})
    expect(JSON.parse(SOCIALACCOUNT_PROVIDERS)).toMatchObject({
      facebook: { callback_url: 'https://app.example/callback/facebook' },
    })
  })
})

describe('an overlay', () => {
  test('of a table is merged key by key', () => {
    const variables = workerVariables({ PROFILE: 'jwt', REST_AUTH: { JWT_AUTH_COOKIE: null } })
    expect(variables).toMatchObject({
      JWT_AUTH_COOKIE: 'null',
      JWT_AUTH_REFRESH_COOKIE: 'my-refresh-token',
    })
  })

  test('of anything else replaces', () => {
    const variables = workerVariables({ AUTH_PASSWORD_VALIDATORS: [], SECRET_KEY: 'k'.repeat(40) })
    expect(variables).toMatchObject({ AUTH_PASSWORD_VALIDATORS: '[]', SECRET_KEY: 'k'.repeat(40) })
    expect(secretKeyOf({ SECRET_KEY: 'k'.repeat(40) })).toBe('k'.repeat(40))
  })

  test('of SIMPLE_JWT has its prefix, texts as they are and the rest as JSON', () => {
    const SIMPLE_JWT = { ALGORITHM: 'HS384', LEEWAY: 30, AUDIENCE: ['a', 'b'], ISSUER: null }
    expect(workerVariables({ SIMPLE_JWT })).toMatchObject({
      SIMPLE_JWT_ALGORITHM: 'HS384',
      SIMPLE_JWT_LEEWAY: '30',
      SIMPLE_JWT_AUDIENCE: '["a","b"]',
      SIMPLE_JWT_ISSUER: 'null',
    })
  })

  test('may take the blacklist app out', () => {
    const UNINSTALLED_APPS = ['rest_framework_simplejwt.token_blacklist']
    expect(workerVariables({ PROFILE: 'jwt', UNINSTALLED_APPS })).toMatchObject({
      TOKEN_BLACKLIST_ENABLED: 'false',
    })
  })

  test('may confirm what cannot be changed', () => {
    expect(workerVariables({ USE_TZ: true, ALLOWED_HOSTS: ['*'] })).toEqual(workerVariables({}))
  })
})

describe('what cannot be said is refused', () => {
  test.each([
    [{ PROFILE: 'knox' }, 'unknown profile "knox"'],
    [{ SOME_SETTING: 1 }, 'SOME_SETTING has no counterpart'],
    [{ REST_AUTH: { LOGIN_SERIALIZER: 'x.Y' } }, 'REST_AUTH.LOGIN_SERIALIZER has no counterpart'],
    [{ SIMPLE_JWT: { JWK_URL: 'https://x' } }, 'SIMPLE_JWT.JWK_URL has no counterpart'],
    [{ UNINSTALLED_APPS: ['allauth'] }, 'cannot be uninstalled: ["allauth"]'],
    [{ USE_TZ: false }, 'USE_TZ cannot be false'],
    [{ REST_AUTH: 1 }, 'not a table of settings'],
  ])('%j', (settings, message) => {
    expect(() => workerVariables(settings)).toThrow(message)
  })
})

test('every scenario of the corpus has settings that the app takes, or refuses by rule', () => {
  const all = corpusFiles(CORPUS).flatMap((name) => {
    const file = readCorpusFile(CORPUS, name)
    return file.kind === 'cases' ? [file.setup] : file.scenarios
  })
  const different = new Map(all.map(({ settings }) => [JSON.stringify(settings), settings]))
  for (const settings of different.values()) {
    const env = { ...workerVariables(settings), TURSO_DATABASE_URL: 'http://127.0.0.1:1' }
    const isRefused = findRefusal(differences, settings) !== undefined
    if (isRefused) expect(() => parseSettings(env)).toThrow('Settings are wrong')
    else expect(() => parseSettings(env)).not.toThrow()
  }
})
