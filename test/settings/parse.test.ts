import { describe, expect, test } from 'vitest'
import { parseRates } from '../../src/settings/rates.ts'
import { parseSettings, SETTINGS, SettingsError, type Settings } from '../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../support/settings.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }

const HAS_DEFAULTS = Object.keys(SETTINGS)
const [es256] = vectors.asymmetric.ES256
const ES256 = { SIMPLE_JWT_ALGORITHM: 'ES256', SIMPLE_JWT_SIGNING_KEY: es256?.private }

const WHERE =
  'Set them in wrangler.toml under [vars]; secrets with `npx wrangler secret put NAME`; on your machine, secrets in .dev.vars.'

function faultsOf(env: Record<string, unknown>): readonly string[] {
  try {
    parseSettings({ ...REQUIRED_ENV, ...env })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const [title, ...lines] = error.message.split('\n')
    expect(title).toBe('Settings are wrong:')
    expect(lines.pop()).toBe(WHERE)
    return lines.map((line) => line.replace(/^- /, ''))
  }
  return []
}

test('needs a secret and a database, and says how to get them and where to set them', () => {
  const lines = [
    'Settings are wrong:',
    '- SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least 32 bytes; make one: openssl rand -base64 48',
    '- TURSO_DATABASE_URL is missing: libsql://NAME.turso.io, or http://127.0.0.1:8080',
    WHERE,
  ]
  expect(() => parseSettings({})).toThrow(new SettingsError(lines.join('\n')))
})

test('gives every setting its default', () => {
  const settings = parseSettings(REQUIRED_ENV)
  expect(Object.keys(settings).toSorted()).toEqual([...HAS_DEFAULTS, 'policy'].toSorted())
  expect(settings).toMatchObject({
    DJANGO_COMPATIBILITY: 'safe',
    USE_JWT: false,
    SESSION_LOGIN: false,
    JWT_AUTH_SECURE: true,
    URL_PREFIX: '/dj-rest-auth/',
  })
})

test.each(['exact', 'EXACT'])('DJANGO_COMPATIBILITY %s changes the defaults', (mode) => {
  const settings = parseSettings({ ...REQUIRED_ENV, DJANGO_COMPATIBILITY: mode })
  expect(settings).toMatchObject({
    DJANGO_COMPATIBILITY: 'exact',
    SESSION_LOGIN: true,
    JWT_AUTH_SECURE: false,
    REFRESH_TOKEN_FAMILIES: false,
  })
})

test('what is set beats the mode', () => {
  const settings = parseSettings({
    ...REQUIRED_ENV,
    DJANGO_COMPATIBILITY: 'exact',
    SESSION_LOGIN: 'false',
  })
  expect(settings.SESSION_LOGIN).toBe(false)
})

test('the result cannot be changed', () => {
  expect(Object.isFrozen(parseSettings(REQUIRED_ENV))).toBe(true)
})

test('variables of others are none of our business', () => {
  expect(faultsOf({ PATH: '/bin', NODE_ENV: 'x', MY_API_TOKEN: '1', DATABASE_URL: '' })).toEqual([])
})

test('an unset variable is no value', () => {
  expect(faultsOf({ USE_JWT: undefined })).toEqual([])
})

test.each([
  ['DJANGO_COMPATIBILITY', 'must be one of safe, exact'],
  ['USE_JWT', 'must be true or false'],
  ['SIMPLE_JWT_LEEWAY', 'must be a whole number'],
  ['URL_PREFIX', 'cannot be read'],
  ['HOOKS', 'cannot be read'],
])('%s: an object that has no text is refused in words', (name, words) => {
  const odd = { toString: 'x' }
  expect(faultsOf({ [name]: name === 'HOOKS' ? { before_login: { url: odd } } : odd })).toEqual([
    `${name} ${words}`,
  ])
})

test('tells every fault at once', () => {
  expect(
    faultsOf({
      USE_JWT: 'perhaps',
      SIMPLE_JWT_LEEWAY: '-1',
      ACCOUNT_NONSENSE: '1',
      ACCOUNT_EMAIL_REQUIRED: 'true',
      SESSION_LOGN: 'true',
    }),
  ).toEqual([
    'USE_JWT must be true or false',
    'SIMPLE_JWT_LEEWAY must be at least 0',
    'ACCOUNT_NONSENSE is unknown',
    'ACCOUNT_EMAIL_REQUIRED was replaced by ACCOUNT_SIGNUP_FIELDS ("email*")',
    'SESSION_LOGN is unknown; did you mean SESSION_LOGIN?',
  ])
})

test.each([
  ['JWT_AUTH_COOKI', 'JWT_AUTH_COOKIE'],
  ['JWT_AUTH_COOKIES', 'JWT_AUTH_COOKIE'],
  ['JWT_AUTH_COOKLE', 'JWT_AUTH_COOKIE'],
  ['RESEND_API_KEYS', 'RESEND_API_KEY'],
  ['SECRET_KEYS', 'SECRET_KEY'],
  ['USE_JWTT', 'USE_JWT'],
  ['USE_JTW', 'USE_JWT'],
  ['USEJWT', 'USE_JWT'],
  ['SESSION_LOGNI', 'SESSION_LOGIN'],
])('takes %s for a slip of %s', (name, known) => {
  expect(faultsOf({ [name]: 'x' })).toEqual([`${name} is unknown; did you mean ${known}?`])
})

test.each(['USE_X', 'SITE_NAM', 'SOMETHING_ELSE', 'URL_PREFI'])(
  'hears of %s whether it is near or foreign',
  (name) => {
    const near: Readonly<Record<string, string>> = {
      SITE_NAM: 'SITE_NAME',
      URL_PREFI: 'URL_PREFIX',
    }
    const known = near[name]
    expect(faultsOf({ [name]: 'x' })).toEqual(
      known === undefined ? [] : [`${name} is unknown; did you mean ${known}?`],
    )
  },
)

test.each([
  'JWT_AUTH_X',
  'SIMPLE_JWT_X',
  'ACCOUNT_X',
  'SOCIALACCOUNT_X',
  'HEADLESS_X',
  'CORS_X',
  'CSRF_X',
  'SESSION_COOKIE_X',
  'PASSWORD_X',
  'REST_AUTH_X',
  'REFRESH_TOKEN_X',
])('%s is unknown, not somebody else’s', (name) => {
  expect(faultsOf({ [name]: '1' })).toEqual([`${name} is unknown`])
})

test.each([
  ['ACCOUNT_AUTHENTICATION_METHOD', 'was replaced by ACCOUNT_LOGIN_METHODS'],
  ['ACCOUNT_EMAIL_REQUIRED', 'was replaced by ACCOUNT_SIGNUP_FIELDS ("email*")'],
  ['ACCOUNT_USERNAME_REQUIRED', 'was replaced by ACCOUNT_SIGNUP_FIELDS ("username*")'],
  ['ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE', 'was replaced by ACCOUNT_SIGNUP_FIELDS ("password2*")'],
  ['ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE', 'was replaced by ACCOUNT_SIGNUP_FIELDS ("email2*")'],
  ['ACCOUNT_LOGIN_ATTEMPTS_LIMIT', 'was replaced by ACCOUNT_RATE_LIMITS ("login_failed")'],
  ['ACCOUNT_LOGIN_ATTEMPTS_TIMEOUT', 'was replaced by ACCOUNT_RATE_LIMITS ("login_failed")'],
  ['ACCOUNT_EMAIL_CONFIRMATION_COOLDOWN', 'was replaced by ACCOUNT_RATE_LIMITS ("confirm_email")'],
  ['REST_USE_JWT', 'was renamed to USE_JWT'],
  ['REST_SESSION_LOGIN', 'was renamed to SESSION_LOGIN'],
  ['REST_AUTH_TOKEN_MODEL', 'was renamed to TOKEN_MODEL'],
  ['REST_AUTH_SERIALIZERS', 'was removed: responses are as dj-rest-auth gives them'],
  ['JWT_ACCESS_TOKEN_LIFETIME', 'is spelled SIMPLE_JWT_ACCESS_TOKEN_LIFETIME'],
  ['JWT_REFRESH_TOKEN_LIFETIME', 'is spelled SIMPLE_JWT_REFRESH_TOKEN_LIFETIME'],
])('%s %s', (name, message) => {
  expect(faultsOf({ [name]: '1' })).toEqual([`${name} ${message}`])
})

describe('how values are written', () => {
  const valueOf = (name: keyof Settings, raw: unknown): unknown =>
    parseSettings({ ...REQUIRED_ENV, [name]: raw })[name]

  test.each([true, 'true', 'True', ' TRUE ', '1', 'on', 'yes'])('%j is true', (raw) => {
    expect(valueOf('USE_JWT', raw)).toBe(true)
  })

  test.each([false, 'false', 'False', '0', 'off', 'no', ''])('%j is false', (raw) => {
    expect(valueOf('USE_JWT', raw)).toBe(false)
  })

  test.each([300, '300', ' 300 '])('%j is the number 300', (raw) => {
    expect(valueOf('SIMPLE_JWT_ACCESS_TOKEN_LIFETIME', raw)).toBe(300)
  })

  test.each([
    ['5 minutes', 'must be a whole number'],
    ['1.5', 'must be a whole number'],
    ['', 'must be a whole number'],
    ['1e3', 'must be a whole number'],
    ['99999999999999999999', 'must be a whole number'],
    ['0', 'must be at least 1'],
  ])('%j is no lifetime', (raw, message) => {
    expect(faultsOf({ SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: raw })).toEqual([
      `SIMPLE_JWT_ACCESS_TOKEN_LIFETIME ${message}`,
    ])
  })

  test('a number has its bounds', () => {
    expect(faultsOf({ PASSWORD_PBKDF2_ITERATIONS: '100001' })).toEqual([
      'PASSWORD_PBKDF2_ITERATIONS must be at most 100000',
    ])
  })

  test.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['["a","b"]', ['a', 'b']],
    [' a , b,, ', ['a', 'b']],
    ['', []],
    [null, []],
    ['None', []],
  ])('%j is a list', (raw, list) => {
    expect(valueOf('ACCOUNT_USERNAME_BLACKLIST', raw)).toEqual(list)
  })

  test.each([['["a"'], ['[1]'], ['{}'], [[1]], [7]])('%j is no list', (raw) => {
    expect(faultsOf({ ACCOUNT_USERNAME_BLACKLIST: raw })).toEqual([
      raw === '["a"'
        ? 'ACCOUNT_USERNAME_BLACKLIST is not valid JSON'
        : 'ACCOUNT_USERNAME_BLACKLIST must be a list of strings (JSON, or separated by commas)',
    ])
  })

  test.each([null, '', 'None', 'null'])('%j is no cookie', (raw) => {
    expect(valueOf('JWT_AUTH_COOKIE', raw)).toBeUndefined()
  })

  test.each([
    ['None', 'None'],
    ['none', 'None'],
    ['STRICT', 'Strict'],
    [null, undefined],
    [false, undefined],
    ['', undefined],
  ])('SameSite %j is %j', (raw, value) => {
    expect(valueOf('SESSION_COOKIE_SAMESITE', raw)).toBe(value)
  })

  test('SameSite has three words', () => {
    expect(faultsOf({ CSRF_COOKIE_SAMESITE: 'sometimes' })).toEqual([
      'CSRF_COOKIE_SAMESITE must be one of Lax, Strict, None',
    ])
  })

  test.each([{}, [], Symbol.iterator])('%s is no text', (raw) => {
    expect(faultsOf({ SITE_NAME: raw })).toEqual(['SITE_NAME must be a string'])
  })

  test.each([
    ['api/auth', '/api/auth/'],
    ['/api/', '/api/'],
    ['/', '/'],
    ['', '/'],
  ])('URL_PREFIX %j is %j', (raw, value) => {
    expect(valueOf('URL_PREFIX', raw)).toBe(value)
  })

  test('URL_PREFIX is a path', () => {
    expect(faultsOf({ URL_PREFIX: 'a b' })).toEqual([
      'URL_PREFIX must be a path like /dj-rest-auth/',
    ])
  })

  test.each([
    ['username', ['username']],
    ['email, username', ['email', 'username']],
    [['email'], ['email']],
    ['["email"]', ['email']],
  ])('ACCOUNT_LOGIN_METHODS %j', (raw, value) => {
    expect(valueOf('ACCOUNT_LOGIN_METHODS', raw)).toEqual(value)
  })

  test.each([
    ['', 'ACCOUNT_LOGIN_METHODS knows username and email, not ""'],
    ['phone', 'ACCOUNT_LOGIN_METHODS knows username and email, not "phone"'],
    [[], 'ACCOUNT_LOGIN_METHODS must name username or email'],
    [7, 'ACCOUNT_LOGIN_METHODS must name username or email'],
  ])('ACCOUNT_LOGIN_METHODS %j is wrong', (raw, message) => {
    expect(faultsOf({ ACCOUNT_LOGIN_METHODS: raw })).toEqual([message])
  })

  test('ACCOUNT_SIGNUP_FIELDS has a star behind what is required', () => {
    expect(valueOf('ACCOUNT_SIGNUP_FIELDS', 'email*, password1*')).toEqual([
      { name: 'email', required: true },
      { name: 'password1', required: true },
    ])
    expect(faultsOf({ ACCOUNT_SIGNUP_FIELDS: ['phone*'] })).toEqual([
      'ACCOUNT_SIGNUP_FIELDS knows username, email, email2, password1, password2, not "phone*"',
    ])
    expect(faultsOf({ ACCOUNT_SIGNUP_FIELDS: 7 })).toEqual([
      'ACCOUNT_SIGNUP_FIELDS must be a list of fields',
    ])
  })

  test.each([
    ['TokenAuthentication', ['token']],
    [
      ['rest_framework.authentication.SessionAuthentication', 'x.JWTAuthentication'],
      ['session', 'jwt'],
    ],
    [null, undefined],
  ])('DEFAULT_AUTHENTICATION_CLASSES %j', (raw, value) => {
    const settings = parseSettings({
      ...REQUIRED_ENV,
      SESSION_LOGIN: 'true',
      DEFAULT_AUTHENTICATION_CLASSES: raw,
    })
    expect(settings.DEFAULT_AUTHENTICATION_CLASSES).toEqual(value)
  })

  test('classes that nobody knows are named', () => {
    expect(
      faultsOf({
        DEFAULT_AUTHENTICATION_CLASSES: 'BasicAuthentication',
        REGISTER_PERMISSION_CLASSES: ['DjangoModelPermissions'],
      }),
    ).toEqual([
      'REGISTER_PERMISSION_CLASSES knows AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly, IsAdminUser, not "DjangoModelPermissions"',
      'DEFAULT_AUTHENTICATION_CLASSES knows TokenAuthentication, SessionAuthentication, JWTCookieAuthentication, JWTAuthentication, not "BasicAuthentication"',
    ])
  })

  test('DEFAULT_THROTTLE_RATES has rates in DRF’s notation', () => {
    expect(valueOf('DEFAULT_THROTTLE_RATES', '{"dj_rest_auth": "5/min", "user": null}')).toEqual({
      dj_rest_auth: '5/min',
    })
    expect(faultsOf({ DEFAULT_THROTTLE_RATES: { dj_rest_auth: 'often' } })).toEqual([
      'DEFAULT_THROTTLE_RATES has a rate like "5/minute" for each scope, not "often"',
    ])
    expect(faultsOf({ DEFAULT_THROTTLE_RATES: '5/min' })).toEqual([
      'DEFAULT_THROTTLE_RATES must be an object of scope and rate',
    ])
  })

  test('ACCOUNT_RATE_LIMITS is laid over the defaults of the mode: exact has none', () => {
    const exact = (limits: unknown) =>
      parseSettings({
        ...REQUIRED_ENV,
        DJANGO_COMPATIBILITY: 'exact',
        ACCOUNT_RATE_LIMITS: limits,
      }).ACCOUNT_RATE_LIMITS
    expect(exact({ login_failed: '5/m' })).toEqual({ login_failed: '5/m' })
    expect(exact('{"login": "1/m/ip", "signup": null}')).toEqual({ login: '1/m/ip' })
    expect(exact({})).toEqual({})
    expect(exact('false')).toEqual({})
  })

  test.each([null, false, '', '  '])('a rate of %j is none, as in allauth', (none) => {
    const { login, ...others } = parseSettings(REQUIRED_ENV).ACCOUNT_RATE_LIMITS
    expect(login).toBeDefined()
    expect(valueOf('ACCOUNT_RATE_LIMITS', { login: none })).toEqual(others)
  })

  // What allauth 65.13 makes of a rate: amount, seconds, and by what it counts; `undefined` where it raises ValueError.
  test.each([
    ['5/m', [[5, 60, 'ip']]],
    ['5/m/ip', [[5, 60, 'ip']]],
    ['10/5m/key', [[10, 300, 'key']]],
    [
      '5/m/ip,10/h/key',
      [
        [5, 60, 'ip'],
        [10, 3600, 'key'],
      ],
    ],
    [
      ' 5/m/ip , 10/h/user ',
      [
        [5, 60, 'ip'],
        [10, 3600, 'user'],
      ],
    ],
    ['0/d', [[0, 86_400, 'ip']]],
    ['1/0.5h/key', [[1, 1800, 'key']]],
    [
      '1/0.7d,2/0.07h',
      [
        [1, 60_480, 'ip'],
        [2, 252, 'ip'],
      ],
    ],
    ['1/.5m', [[1, 30, 'ip']]],
    ['2/1.m', [[2, 60, 'ip']]],
    ['1/1.5s', [[1, 1.5, 'ip']]],
    ['5', undefined],
    ['5/', undefined],
    ['5/m/ip/x', undefined],
    ['5/m,', undefined],
    ['5/w', undefined],
    ['5/M', undefined],
    ['5/.m', undefined],
    ['m/5', undefined],
    ['5.5/m', undefined],
  ] as const)('the rate %j is read as %j', (text, expected) => {
    const rates = parseRates(text)?.map(({ limit, windowSeconds, per }) => [
      limit,
      windowSeconds,
      per,
    ])
    expect(rates).toEqual(expected)
  })

  test('ACCOUNT_RATE_LIMITS is laid over the defaults', () => {
    const defaults = parseSettings(REQUIRED_ENV).ACCOUNT_RATE_LIMITS
    expect(valueOf('ACCOUNT_RATE_LIMITS', '{"login": "1/m/ip", "signup": null}')).toEqual(
      Object.fromEntries(
        Object.entries({ ...defaults, login: '1/m/ip' }).filter(([action]) => action !== 'signup'),
      ),
    )
    expect(valueOf('ACCOUNT_RATE_LIMITS', 'false')).toEqual({})
    expect(faultsOf({ ACCOUNT_RATE_LIMITS: { login: 'often' } })).toEqual([
      'ACCOUNT_RATE_LIMITS has rates like "10/m/ip,5/300s/key", not "often"',
    ])
  })

  test('HEADLESS_FRONTEND_URLS has whole URLs', () => {
    const urls = { account_confirm_email: 'https://app.example/{key}' }
    expect(valueOf('HEADLESS_FRONTEND_URLS', JSON.stringify(urls))).toEqual(urls)
    expect(faultsOf({ HEADLESS_FRONTEND_URLS: { account_confirm_email: '/verify' } })).toEqual([
      'HEADLESS_FRONTEND_URLS has absolute URLs, of pages or apps; account_confirm_email is "/verify"',
    ])
  })

  test('words are compared without case', () => {
    expect(valueOf('ACCOUNT_EMAIL_VERIFICATION', 'Mandatory')).toBe('mandatory')
    expect(faultsOf({ ACCOUNT_EMAIL_VERIFICATION: 'maybe' })).toEqual([
      'ACCOUNT_EMAIL_VERIFICATION must be one of mandatory, optional, none',
    ])
  })

  test.each([
    [true, true],
    ['False', false],
    ['strict', 'strict'],
  ])('ACCOUNT_PREVENT_ENUMERATION %j', (raw, value) => {
    expect(valueOf('ACCOUNT_PREVENT_ENUMERATION', raw)).toBe(value)
  })

  test('a subject’s prefix is taken as it is', () => {
    expect(valueOf('ACCOUNT_EMAIL_SUBJECT_PREFIX', '[Acme] ')).toBe('[Acme] ')
    expect(valueOf('ACCOUNT_EMAIL_SUBJECT_PREFIX', null)).toBeUndefined()
  })
})

describe('contradictions', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a short secret',
      { SECRET_KEY: 'x'.repeat(31) },
      'SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least 32 bytes; make one: openssl rand -base64 48',
    ],
    [
      'a short secret of before',
      { SECRET_KEY_FALLBACKS: 'x'.repeat(31) },
      'SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least 32 bytes; make one: openssl rand -base64 48',
    ],
    [
      'a short secret of JWTs',
      { SIMPLE_JWT_SIGNING_KEY: 'short' },
      'SIMPLE_JWT_SIGNING_KEY must have at least 32 bytes',
    ],
    [
      'an asymmetric algorithm without its key',
      { SIMPLE_JWT_ALGORITHM: 'RS256' },
      'SIMPLE_JWT_SIGNING_KEY is missing: RS256 needs a PKCS #8 PEM',
    ],
    [
      'a key in another form',
      { SIMPLE_JWT_ALGORITHM: 'RS256', SIMPLE_JWT_SIGNING_KEY: '-----BEGIN RSA PRIVATE KEY-----' },
      'SIMPLE_JWT_SIGNING_KEY must be a PKCS #8 PEM (-----BEGIN PRIVATE KEY-----); convert others: openssl pkcs8 -topk8 -nocrypt',
    ],
    [
      'a private key in the place of the public one',
      { ...ES256, SIMPLE_JWT_VERIFYING_KEY: es256?.private },
      'SIMPLE_JWT_VERIFYING_KEY must be an SPKI PEM (-----BEGIN PUBLIC KEY-----)',
    ],
    [
      'another key of that kind',
      { ...ES256, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [es256?.public, 'x'] },
      'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS must be SPKI PEMs (-----BEGIN PUBLIC KEY-----)',
    ],
    [
      'any origin with cookies',
      { CORS_ALLOW_ALL_ORIGINS: 'true', CORS_ALLOW_CREDENTIALS: 'true' },
      'CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS cannot both be on: name the pages in CORS_ALLOWED_ORIGINS',
    ],
    [
      'a pattern of any origin with cookies',
      { CORS_ALLOWED_ORIGIN_REGEXES: '^https?://.*$', CORS_ALLOW_CREDENTIALS: 'true' },
      'CORS_ALLOWED_ORIGIN_REGEXES has "^https?://.*$", which any page matches: with CORS_ALLOW_CREDENTIALS, name your own pages',
    ],
    [
      'SameSite None without Secure',
      { JWT_AUTH_SAMESITE: 'None', JWT_AUTH_SECURE: 'false' },
      'JWT_AUTH_SAMESITE "None" needs JWT_AUTH_SECURE: browsers drop the cookie otherwise',
    ],
    [
      'a cookie that can be none',
      { JWT_AUTH_COOKIE: 'a b' },
      'JWT_AUTH_COOKIE must be a cookie name',
    ],
    [
      'a refresh cookie that can be none',
      { JWT_AUTH_REFRESH_COOKIE: 'a;b' },
      'JWT_AUTH_REFRESH_COOKIE must be a cookie name',
    ],
  ])('%s', (_, env, message) => {
    expect(faultsOf(env)).toEqual([message])
  })

  test.each([
    { RESEND_API_KEY: 'key' },
    { RESEND_API_KEY: 'key', PUBLIC_URL: '' },
    { RESEND_API_KEY: 'key', PUBLIC_URL: 'https://auth.example.com' },
    {
      RESEND_API_KEY: 'key',
      HEADLESS_FRONTEND_URLS: {
        account_confirm_email: 'https://app.example/{key}',
        account_reset_password_from_key: 'https://app.example/{key}',
      },
    },
    { JWT_AUTH_SAMESITE: 'None' },
    { CORS_ALLOW_ALL_ORIGINS: 'true' },
    { CORS_ALLOWED_ORIGIN_REGEXES: '.*' },
    {
      CORS_ALLOWED_ORIGIN_REGEXES: 'https://[a-z]+\\.example\\.net|http://localhost:\\d+',
      CORS_ALLOW_CREDENTIALS: 'true',
    },
    { ...ES256, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [es256?.public] },
    { SECRET_KEY: 'ß'.repeat(16) },
  ])('%j is none', (env) => {
    expect(faultsOf(env)).toEqual([])
  })
})
