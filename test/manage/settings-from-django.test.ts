import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  readPythonLiteral,
  UNREADABLE,
} from '../../src/manage/settings-from-django/python-literal.ts'
import { readDjangoSettings } from '../../src/manage/settings-from-django/read.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { manage } from './console.ts'
import { django } from './django.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-from-django-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('a Python literal', () => {
  test.each([
    ['42', 42],
    ['60 * 60 * 24', 86_400],
    ['-1.5e3', -1500],
    ["'it\\'s' ' \\u00e9\\n'", "it's é\n"],
    ['r"\\d+"', '\\d+'],
    ["[1, 'a', None,]  ###", [1, 'a', null]],
    ["('one',)", ['one']],
    ["('only')", 'only'],
    ['{"a": {"b": True}, \'c\': []}', { a: { b: true }, c: [] }],
    ['{\n  # a comment, with a comma\n  "a": 1,\n}', { a: 1 }],
    ['datetime.timedelta(days=1, seconds=300)', 86_700],
    ['timedelta(1, 5)', 86_405],
    ['timedelta(minutes=5 * 2)', 600],
    ['["a"] + ["b"]', ['a', 'b']],
    ['os.environ["X"]', UNREADABLE],
    ["re.compile('a')", UNREADABLE],
    ['<function f at 0x7f>', UNREADABLE],
    ["[1, re.compile('a,b'), 2]", [1, UNREADABLE, 2]],
    [
      '{"a": os.environ["X"].lower(), "b": x if y else z, "c": 1}',
      { a: UNREADABLE, b: UNREADABLE, c: 1 },
    ],
    ["f'{x}'", UNREADABLE],
    ["['a' if x else 'b', 'c']", [UNREADABLE, 'c']],
  ])('%s', (text, value) => {
    expect(readPythonLiteral(text, 0).value).toEqual(value)
  })

  test('as Python itself prints it', () => {
    const value = {
      text: 'a\'b"c\\ \n é 😀 \u0001',
      list: [1, -2.5, true, null, {}],
      deep: [[['x']]],
    }
    const python = 'import json, sys; print(repr(json.load(sys.stdin)))'
    const printed = execFileSync('/usr/bin/python3', ['-c', python], {
      input: JSON.stringify(value),
      encoding: 'utf8',
    })
    expect(readPythonLiteral(printed, 0).value).toEqual(value)
  })
})

const SETTINGS_PY = `
import os
from datetime import timedelta

SECRET_KEY = 'short'
DEBUG = bool(os.environ.get("DEBUG"))
AUTH_USER_MODEL = "accounts.User"
USE_TZ = False

REST_AUTH = {
    "USE_JWT": True,
    "JWT_AUTH_COOKIE": "auth",
    "JWT_AUTH_REFRESH_COOKIE": "refresh",
    "JWT_AUTH_SECURE": True,  # our default: left out
    "USER_DETAILS_SERIALIZER": "accounts.serializers.UserSerializer",
    "LOGIN_SERIALIZER": "dj_rest_auth.serializers.LoginSerializer",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "ROTATE_REFRESH_TOKENS": False,
    "SIGNING_KEY": os.environ["JWT_KEY"],
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["dj_rest_auth.jwt_auth.JWTCookieAuthentication"],
    "DEFAULT_THROTTLE_RATES": {"dj_rest_auth": "5/minute"},
}
ACCOUNT_AUTHENTICATION_METHOD = "username_email"
ACCOUNT_EMAIL_REQUIRED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_RATE_LIMITS = get_limits()
CORS_ORIGIN_WHITELIST = ("https://app.example.com",)
SOCIALACCOUNT_PROVIDERS = {
    "facebook": {
        "APP": {"client_id": "123", "secret": "facebook-secret", "key": ""},
        "SCOPE": ["email"],
    },
}
PASSWORD_RESET_TIMEOUT = 60 * 60
`

async function translated(text: string) {
  writeFileSync(join(directory, 'settings.py'), text)
  const ran = await manage({ env: {}, directory }, 'settings-from-django', 'settings.py', '--json')
  expect(ran.code).toBe(0)
  return ran.json() as {
    vars: Record<string, unknown>
    secrets: Record<string, string>
    notes: readonly string[]
    ignored: readonly string[]
  }
}

test('settings.py becomes vars, secrets and notes', async () => {
  const { vars, secrets, notes } = await translated(SETTINGS_PY)
  expect(vars).toEqual({
    USE_JWT: true,
    JWT_AUTH_COOKIE: 'auth',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 900,
    SIMPLE_JWT_ROTATE_REFRESH_TOKENS: false,
    DEFAULT_AUTHENTICATION_CLASSES: ['dj_rest_auth.jwt_auth.JWTCookieAuthentication'],
    DEFAULT_THROTTLE_RATES: { dj_rest_auth: '5/minute' },
    ACCOUNT_LOGIN_METHODS: ['username', 'email'],
    ACCOUNT_SIGNUP_FIELDS: ['username*', 'email*', 'password1*', 'password2*'],
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    CORS_ALLOWED_ORIGINS: ['https://app.example.com'],
    SOCIALACCOUNT_PROVIDERS: {
      facebook: { APP: { client_id: '123', key: '' }, SCOPE: ['email'] },
    },
    PASSWORD_RESET_TIMEOUT: 3600,
  })
  expect(Object.keys(secrets)).toEqual([
    'FACEBOOK_CLIENT_SECRET',
    'TURSO_DATABASE_URL',
    'TURSO_AUTH_TOKEN',
    'RESEND_API_KEY',
    'SECRET_KEY',
    'SECRET_KEY_FALLBACKS',
  ])
  expect(notes).toEqual([
    'ACCOUNT_RATE_LIMITS could not be read: set it by hand.',
    'REST_AUTH.USER_DETAILS_SERIALIZER has no counterpart here.',
    'SECRET_KEY has fewer than 32 bytes and cannot be a fallback: tokens and links that it signed end with the move.',
    'CSRF_TRUSTED_ORIGINS is missing: pages of CORS_ALLOWED_ORIGINS log in and write with cookies only if they stand there, too.',
    'AUTH_USER_MODEL: import with --user-table accounts_user.',
    'USE_TZ is off: the database holds local times, which are taken for UTC; dates shift by the offset, and reset links sent before the move end.',
  ])
})

describe('what is not translated is named', () => {
  test.each([
    [
      'ACCOUNT_CONFIRM_EMAIL_ON_GET = True',
      'ACCOUNT_CONFIRM_EMAIL_ON_GET has no counterpart here.',
    ],
    ['ACCOUNT_USER_MODEL_USERNAME_FIELD = None', 'ACCOUNT_USER_MODEL_USERNAME_FIELD has no'],
    ['MFA_PASSKEY_SIGNUP_ENABLED = True', 'MFA_PASSKEY_SIGNUP_ENABLED has no counterpart here.'],
    ['USE_TZ = False', 'USE_TZ is off: the database holds local times'],
    ['DEBUG = True', 'USE_TZ is not named: before Django 5 it is off, then the database holds'],
    ['SESSION_ENGINE = "x"', 'SESSION_ENGINE has no counterpart here.'],
    ['AUTHENTICATION_BACKENDS = ["a.B"]', 'AUTHENTICATION_BACKENDS has no counterpart here.'],
    ['ACCOUNT_LOGIN_ATTEMPTS_LIMIT = 5', 'ACCOUNT_LOGIN_ATTEMPTS_LIMIT was replaced by'],
    ['REST_AUTH_SERIALIZERS = {}', 'REST_AUTH_SERIALIZERS was removed'],
    ['SIMPLE_JWT = {"AUTH_COOKIE": "x"}', 'SIMPLE_JWT.AUTH_COOKIE has no counterpart here.'],
    ['REST_FRAMEWORK = {"EXCEPTION_HANDLER": "a.b"}', 'REST_FRAMEWORK.EXCEPTION_HANDLER has no'],
    ['REST_AUTH = get_settings()', 'REST_AUTH could not be read: set it by hand.'],
    ['REST_AUTH = {}\nREST_AUTH.update({"USE_JWT": True})', 'REST_AUTH could not be read'],
    ['from .base import *', 'give the output of manage.py diffsettings'],
    ['PASSWORD_HASHERS = ["my.Hasher"]', 'hashes of my.Hasher are not verified here'],
    [
      'SOCIALACCOUNT_PROVIDERS = {"Google!": {"SCOPE": ["email"]}}',
      'SOCIALACCOUNT_PROVIDERS names a provider "Google!"',
    ],
    [
      'CORS_ALLOWED_ORIGINS = ["https://a.example"]\nREST_AUTH = {"JWT_AUTH_COOKIE": "a"}',
      'CSRF_TRUSTED_ORIGINS is missing',
    ],
    [
      'REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"dj_rest_auth": "often"}}',
      'DEFAULT_THROTTLE_RATES has a rate like "5/minute" for each scope',
    ],
    [
      'REST_FRAMEWORK = {"DEFAULT_THROTTLE_CLASSES": get(), "DEFAULT_THROTTLE_RATES": {"user": "1/s"}}',
      'DEFAULT_THROTTLE_',
    ],
  ])('%j', async (text, note) => {
    const { notes } = await translated(text)
    expect(notes.filter((line) => line.includes(note))).toHaveLength(1)
  })

  test('what has nothing to do with logins in one line', async () => {
    const text = 'USE_TZ = True\nDATABASES = {}\nINSTALLED_APPS = []\nINSTALLED_APPS += ["a"]\n'
    const { notes, ignored } = await translated(text)
    expect(notes).toEqual([])
    expect(ignored).toEqual(['DATABASES', 'INSTALLED_APPS'])
    const ran = await manage({ env: {}, directory }, 'settings-from-django', 'settings.py')
    expect(ran.out).toContain(
      '# Left out, since they are not about logins: DATABASES, INSTALLED_APPS\n',
    )
  })
})

describe('the newer of two names goes first, whichever stands last', () => {
  test.each([
    [
      'CORS_ALLOWED_ORIGINS = ["https://new.example"]',
      'CORS_ORIGIN_WHITELIST = ("https://old.example",)',
      { CORS_ALLOWED_ORIGINS: ['https://new.example'] },
      'CORS_ORIGIN_WHITELIST is ignored: CORS_ALLOWED_ORIGINS is set, too.',
    ],
    [
      'ACCOUNT_LOGIN_METHODS = {"username"}',
      'ACCOUNT_AUTHENTICATION_METHOD = "email"',
      { ACCOUNT_LOGIN_METHODS: ['username'] },
      'ACCOUNT_AUTHENTICATION_METHOD is ignored: ACCOUNT_LOGIN_METHODS is set, too.',
    ],
    [
      'ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]',
      'ACCOUNT_EMAIL_REQUIRED = False',
      { ACCOUNT_SIGNUP_FIELDS: ['email*', 'password1*'] },
      'ACCOUNT_EMAIL_REQUIRED: ignored, since ACCOUNT_SIGNUP_FIELDS is set, too.',
    ],
    [
      'REST_AUTH = {"JWT_AUTH_COOKIE": "new"}',
      'JWT_AUTH_COOKIE = "old"',
      { JWT_AUTH_COOKIE: 'new' },
      'JWT_AUTH_COOKIE is taken from REST_AUTH, not from the top level.',
    ],
  ])('%s', async (newer, older, vars, note) => {
    for (const text of [`${newer}\n${older}`, `${older}\n${newer}`]) {
      const found = await translated(text)
      expect(found.vars).toEqual(vars)
      expect(found.notes).toContain(note)
    }
  })
})

test('rates that count nothing here are named, and the others are not', async () => {
  const { notes } = await translated(`
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
        "myapp.throttles.BurstRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "9/hour", "dj_rest_auth": "5/minute", "user": "9/day", "burst": "6/min", "login": None,
    },
}`)
  const ran = await manage({ env: {}, directory }, 'settings-from-django', 'settings.py')
  expect(ran.out).toContain('[vars.DEFAULT_THROTTLE_RATES]\nanon = "9/hour"\n')
  expect(notes).toEqual([
    'DEFAULT_THROTTLE_CLASSES: myapp.throttles.BurstRateThrottle counts nothing here; set ACCOUNT_RATE_LIMITS.',
    'DEFAULT_THROTTLE_RATES: user counts nothing, since UserRateThrottle is not in DEFAULT_THROTTLE_CLASSES.',
    'DEFAULT_THROTTLE_RATES: burst counts nothing here, no route has that scope; set ACCOUNT_RATE_LIMITS.',
  ])
})

test('what changes a setting after its assignment counts', async () => {
  const { vars } = await translated(`
CORS_ALLOWED_ORIGINS = ["https://a.example"]
CORS_ALLOWED_ORIGINS += ["https://b.example"]
REST_AUTH = {"USE_JWT": False}
REST_AUTH["USE_JWT"] = True
`)
  expect(vars).toEqual({
    CORS_ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
    USE_JWT: true,
  })
})

test.each([
  ['{}', undefined],
  ['{"login": "30/m/ip"}', undefined],
  ['{"login": "7/m/ip"}', { login: '7/m/ip' }],
  ['{"login": None}', { login: null }],
  ['False', false],
])('rates of actions lie over our own, as over those of allauth: %s', async (python, limits) => {
  const { vars } = await translated(`ACCOUNT_RATE_LIMITS = ${python}`)
  expect(vars['ACCOUNT_RATE_LIMITS']).toEqual(limits)
})

test('a file that PowerShell wrote is read', async () => {
  writeFileSync(join(directory, 'utf16.py'), Buffer.from('\ufeffUSE_TZ = False\n', 'utf16le'))
  const ran = await manage({ env: {}, directory }, 'settings-from-django', 'utf16.py')
  expect(ran.out).toContain('USE_TZ is off')
})

test('the vars are settings that the Worker takes', async () => {
  const { vars } = await translated(SETTINGS_PY)
  const secrets = { SECRET_KEY: 's'.repeat(40), TURSO_DATABASE_URL: 'http://127.0.0.1:8080' }
  expect(parseSettings({ ...vars, ...secrets })).toMatchObject({
    USE_JWT: true,
    SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 900,
    PASSWORD_RESET_TIMEOUT: 3600,
  })
})

test('no secret is printed', async () => {
  writeFileSync(join(directory, 'settings.py'), SETTINGS_PY)
  const ran = await manage({ env: {}, directory }, 'settings-from-django', 'settings.py')
  expect(ran.out).toContain(
    '# Put these lines under the [vars] that wrangler.toml has:\n[vars]\nACCOUNT_EMAIL_VERIFICATION = "mandatory"\n',
  )
  expect(ran.out).toContain('# npx wrangler secret put SECRET_KEY_FALLBACKS   (')
  expect(ran.out).not.toContain('facebook-secret')
  expect(ran.out).not.toContain('short')
})

test.each([[[]], [['--output', 'unified']]])(
  'what diffsettings %j of a real Django prints is read',
  async (args) => {
    const dump = await django(':memory:', 'diffsettings', ...args)
    const settings = readDjangoSettings(dump)
    expect(settings).toMatchObject({ SITE_ID: 1, SIMPLE_JWT: { UPDATE_LAST_LOGIN: false } })
    expect(Object.values(settings)).not.toContain(UNREADABLE)
    const { vars, notes } = await translated(dump)
    expect(vars).toEqual({ SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 86_400 })
    expect(notes).toEqual([])
  },
  20_000,
)

test.each([
  [[], 2, 'Which FILE?'],
  [['absent.py'], 1, 'absent.py cannot be read: there is no such file.'],
])('a call that makes no sense is refused: %j', async (args, code, fault) => {
  const ran = await manage({ env: {}, directory }, 'settings-from-django', ...args)
  expect(ran.code).toBe(code)
  expect(ran.said).toContain(fault)
})

describe('apps become settings', () => {
  test.each([
    ["INSTALLED_APPS = ['dj_rest_auth', 'dj_rest_auth.mfa']", { MFA_ENABLED: true }],
    ["INSTALLED_APPS = ['dj_rest_auth.passkeys']", { PASSKEYS_ENABLED: true }],
    ["INSTALLED_APPS = ['allauth', 'allauth.mfa']", { MFA_ENABLED: true }],
    [
      "INSTALLED_APPS = ['allauth.mfa']\nMFA_SUPPORTED_TYPES = ['webauthn']",
      { PASSKEYS_ENABLED: true },
    ],
    ["INSTALLED_APPS = ['dj_rest_auth', 'allauth.account']", {}],
  ])('%j', async (text, vars) => {
    expect((await translated(text)).vars).toEqual(vars)
  })
})
