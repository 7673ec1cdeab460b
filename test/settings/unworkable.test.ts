import { describe, expect, test } from 'vitest'
import { parseSettings, SettingsError, type Settings } from '../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../support/settings.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }

/** Settings that can be read and could not work are refused when the Worker starts, with what to write instead. */

type Env = Readonly<Record<string, unknown>>

function parse(env: Env): Settings {
  return parseSettings({ ...REQUIRED_ENV, ...env })
}

/** The faults of the message, one a line. */
function faultsOf(env: Env): readonly string[] {
  try {
    parse(env)
    return []
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return error.message
      .split('\n')
      .filter((line) => line.startsWith('- '))
      .map((line) => line.slice(2))
  }
}

describe('origins', () => {
  test.each([
    ['https://app.example/', 'write https://app.example'],
    ['https://app.example/path', 'write https://app.example'],
    ['https://app.example?x', 'write https://app.example'],
    ['https://app.example:443', 'write https://app.example'],
    ['http://app.example:80', 'write http://app.example'],
    ['https://App.Example', 'write https://app.example'],
    ['HTTPS://app.example', 'write https://app.example'],
    ['https://bücher.example', 'write https://xn--bcher-kva.example'],
    ['https://me@app.example', 'write https://app.example'],
    ['app.example', 'write https://app.example'],
    ['//app.example', 'write https://app.example'],
    ['localhost:3000', 'write https://localhost:3000'],
    ['*', 'write each origin by itself, https://app.example.com'],
    ['https://*', 'write each origin by itself, https://app.example.com'],
  ])('%j: %s', (origin, advice) => {
    for (const name of ['CORS_ALLOWED_ORIGINS', 'CSRF_TRUSTED_ORIGINS', 'PAGES_ALLOWED_ORIGINS']) {
      expect(faultsOf({ [name]: JSON.stringify([origin]) })).toEqual([
        `${name} has ${JSON.stringify(origin)}: ${advice}`,
      ])
    }
  })

  test.each([
    'https://app.example',
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'chrome-extension://abcdefghijklmnop',
  ])('%s is one', (origin) => {
    expect(parse({ CORS_ALLOWED_ORIGINS: origin }).CORS_ALLOWED_ORIGINS).toEqual([origin])
    expect(parse({ CSRF_TRUSTED_ORIGINS: origin }).CSRF_TRUSTED_ORIGINS).toEqual([origin])
  })

  test('subdomains are trusted by a star, and read by an expression', () => {
    expect(faultsOf({ CSRF_TRUSTED_ORIGINS: 'https://*.example.org' })).toEqual([])
    expect(faultsOf({ CORS_ALLOWED_ORIGINS: 'https://*.example.org' })).toHaveLength(1)
    expect(faultsOf({ CSRF_TRUSTED_ORIGINS: 'https://*example.org' })).toHaveLength(1)
  })

  test('the origin that every page can have reads answers only without cookies', () => {
    expect(faultsOf({ CORS_ALLOWED_ORIGINS: 'null' })).toEqual([])
    expect(faultsOf({ CSRF_TRUSTED_ORIGINS: '["null"]' })).toEqual([
      'CSRF_TRUSTED_ORIGINS has "null": any page can have that origin, in a sandboxed frame',
    ])
    expect(faultsOf({ CORS_ALLOWED_ORIGINS: '["null"]', CORS_ALLOW_CREDENTIALS: 'true' })).toEqual([
      'CORS_ALLOWED_ORIGINS cannot hold null together with CORS_ALLOW_CREDENTIALS',
    ])
  })

  test.each([
    ['https://(', /JavaScript/],
    ['(?i)^https://.*\\.example$', /leave the flags out/],
    ['^https://(?P<x>a)\\.example\\.com$', /\(\?<name>/],
    ['\\Ahttps://app\\.example\\Z', /write \^ and \$/],
    ['https://[a-', /JavaScript/],
    ['*', /JavaScript/],
  ])('the expression %j is refused', (pattern, advice) => {
    const given = { CORS_ALLOWED_ORIGIN_REGEXES: JSON.stringify([pattern]) }
    const faults = faultsOf(given)
    expect(faults[0]).toMatch(/^CORS_ALLOWED_ORIGIN_REGEXES has /)
    expect(faults[0]).toMatch(advice)
    expect(faultsOf({ ...given, CORS_ALLOW_CREDENTIALS: 'true' })).toEqual(faults)
  })

  test.each(['^https://\\w+\\.example\\.com$', 'https://(?<name>a|b)\\.example', 'https://a.b'])(
    'the expression %j is taken',
    (pattern) => {
      expect(faultsOf({ CORS_ALLOWED_ORIGIN_REGEXES: JSON.stringify([pattern]) })).toEqual([])
    },
  )
})

describe('URLs', () => {
  test.each([
    'auth.example.com',
    'javascript:alert(1)',
    'https://',
    '/x',
    'ftp://a.example',
    '//a',
  ])('PUBLIC_URL %j is none', (url) => {
    expect(faultsOf({ PUBLIC_URL: url })).toEqual([
      'PUBLIC_URL must be a URL like https://auth.example.com',
    ])
  })

  test('PUBLIC_URL ends with its path', () => {
    expect(faultsOf({ PUBLIC_URL: 'https://auth.example.com/?a=b' })).toEqual([
      'PUBLIC_URL must have nothing behind the path: https://auth.example.com/',
    ])
    expect(parse({ PUBLIC_URL: ' https://auth.example.com/ ' }).PUBLIC_URL).toBe(
      'https://auth.example.com/',
    )
    expect(parse({ PUBLIC_URL: '' }).PUBLIC_URL).toBeUndefined()
  })

  test.each([
    'file:local.db',
    'local.db',
    ':memory:',
    'NAME.turso.io',
    'postgres://a/b',
    'libsql://',
    'libsql://name.turso.io#x',
  ])('TURSO_DATABASE_URL %j is none', (url) => {
    expect(faultsOf({ TURSO_DATABASE_URL: url })).toEqual([
      'TURSO_DATABASE_URL must be a URL like libsql://NAME.turso.io or http://127.0.0.1:8080; a Worker has no files',
    ])
  })

  test.each(['libsql://a.turso.io', 'https://a.turso.io', 'http://127.0.0.1:8080/', 'wss://a.b'])(
    'TURSO_DATABASE_URL %s',
    (url) => {
      expect(parse({ TURSO_DATABASE_URL: `${url}\n` }).TURSO_DATABASE_URL).toBe(url)
    },
  )

  test.each(['/a/../b/', '/a//b/', '/a b/', 'https://a.example/x/', '/a?b/', '/./'])(
    'URL_PREFIX %j is none',
    (prefix) => {
      expect(faultsOf({ URL_PREFIX: prefix })).toEqual([
        'URL_PREFIX must be a path like /dj-rest-auth/',
      ])
    },
  )

  test.each(['https://example.com', 'example.com/', 'a b', ''])(
    'SITE_DOMAIN %j is none',
    (host) => {
      expect(faultsOf({ SITE_DOMAIN: host })).toEqual([
        'SITE_DOMAIN must be a host like example.com, without scheme and path',
      ])
    },
  )
})

describe('links in mails', () => {
  const linkFaults = (links: Env) => faultsOf({ HEADLESS_FRONTEND_URLS: JSON.stringify(links) })

  test.each([
    [
      { account_confirm_email: 'https://app.example/verify' },
      'needs {key} in account_confirm_email',
    ],
    [
      { account_confirm_email: 'https://app.example/{token}' },
      'has {token} in account_confirm_email',
    ],
    [{ account_confirm_email: 'https://app.example/{}' }, 'has {} in account_confirm_email'],
    [
      { account_reset_password_from_key: 'https://app.example/{uid}' },
      'needs {key} or {uid} {token} in account_reset_password_from_key',
    ],
    [
      { account_reset_password: 'https://app.example/{key}' },
      'has {key} in account_reset_password',
    ],
    [{ account_confirm_mail: 'https://app.example/{key}' }, 'not account_confirm_mail'],
    [{ account_confirm_email: '/verify/{key}' }, 'has absolute URLs, of pages or apps'],
    [{ account_confirm_email: 'javascript://%0aalert({key})' }, 'has absolute URLs'],
    [{ account_confirm_email: 'data://text/html,{key}' }, 'has absolute URLs'],
    [{ account_confirm_email: 'https://app.example/a {key}' }, 'has absolute URLs'],
  ])('%j', (links, message) => {
    const [fault] = linkFaults(links)
    expect(fault).toContain(message)
  })

  test.each([
    { account_confirm_email: 'https://app.example/#/verify/{key}' },
    { account_confirm_email: 'myapp://verify/{key}' },
    { account_confirm_email: 'com.example.app://verify?key={key}' },
    { account_reset_password_from_key: 'https://app.example/{uid}/{token}' },
    { account_reset_password_from_key: 'exp://192.168.0.2:8081/--/reset/{key}' },
    { account_reset_password: 'https://app.example/forgot' },
    { account_signup: 'https://app.example/signup' },
  ])('%j can be followed', (links) => {
    expect(linkFaults(links)).toEqual([])
  })
})

describe('cookies', () => {
  test.each([
    ['https://example.com', 'example.com'],
    ['example.com:8000', 'example.com'],
    ['*.example.com', 'example.com'],
    ['example.com/', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['a b', 'example.com'],
    ['example.com;x', 'example.com'],
  ])('the domain %j: %s', (domain, meant) => {
    for (const name of ['JWT_AUTH_COOKIE_DOMAIN', 'SESSION_COOKIE_DOMAIN', 'CSRF_COOKIE_DOMAIN']) {
      expect(faultsOf({ [name]: domain })).toEqual([
        `${name} must be a domain, without scheme, port and path: ${meant}`,
      ])
    }
  })

  test.each(['example.com', '.example.com', 'Example.com', 'localhost'])(
    'the domain %j',
    (domain) => {
      expect(faultsOf({ JWT_AUTH_COOKIE_DOMAIN: domain })).toEqual([])
    },
  )

  test.each(['x', '', '/a;b', 'https://a.example/', '/a b'])('the path %j is none', (path) => {
    for (const name of [
      'JWT_AUTH_REFRESH_COOKIE_PATH',
      'SESSION_COOKIE_PATH',
      'CSRF_COOKIE_PATH',
    ]) {
      expect(faultsOf({ [name]: path })).toEqual([`${name} must be a path that begins with /`])
    }
  })

  test.each(['JWT_AUTH', 'SESSION_COOKIE', 'CSRF_COOKIE'])(
    '%s: SameSite None is Secure',
    (prefix) => {
      expect(faultsOf({ [`${prefix}_SAMESITE`]: 'None', [`${prefix}_SECURE`]: 'false' })).toEqual([
        `${prefix}_SAMESITE "None" needs ${prefix}_SECURE: browsers drop the cookie otherwise`,
      ])
      expect(faultsOf({ [`${prefix}_SAMESITE`]: 'None', [`${prefix}_SECURE`]: 'True' })).toEqual([])
    },
  )

  test('each has a name of its own', () => {
    const same = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'a', JWT_AUTH_REFRESH_COOKIE: 'a' }
    expect(faultsOf(same)).toEqual([
      'JWT_AUTH_REFRESH_COOKIE and JWT_AUTH_COOKIE are both a: give each a name of its own',
    ])
    expect(faultsOf({ KNOWN_DEVICE_COOKIE: 'csrftoken' })).toEqual([
      'CSRF_COOKIE_NAME and KNOWN_DEVICE_COOKIE are both csrftoken: give each a name of its own',
    ])
    // Nobody sets the session cookie here.
    expect(faultsOf({ USE_JWT: 'true', JWT_AUTH_COOKIE: 'sessionid' })).toEqual([])
  })
})

describe('booleans', () => {
  test.each([
    ['True', true],
    ['False', false],
    ['true', true],
    ['1', true],
    ['0', false],
    [true, true],
    [false, false],
  ])('%j is %j in every setting', (raw, value) => {
    const settings = parse({
      SOCIALACCOUNT_QUERY_EMAIL: raw,
      SOCIALACCOUNT_EMAIL_REQUIRED: raw,
      ACCOUNT_PREVENT_ENUMERATION: raw,
      ACCOUNT_LOGOUT_ON_GET: raw,
      AUDIT_EVENTS: raw,
    })
    expect(settings).toMatchObject({
      SOCIALACCOUNT_QUERY_EMAIL: value,
      SOCIALACCOUNT_EMAIL_REQUIRED: value,
      ACCOUNT_PREVENT_ENUMERATION: value,
      ACCOUNT_LOGOUT_ON_GET: value,
      AUDIT_EVENTS: value,
    })
  })

  test.each([null, '', 'None'])('%j leaves it to another setting', (raw) => {
    expect(parse({ SOCIALACCOUNT_QUERY_EMAIL: raw }).SOCIALACCOUNT_QUERY_EMAIL).toBeUndefined()
  })

  test('False turns off what true would not turn on', () => {
    expect(parse({ ACCOUNT_RATE_LIMITS: 'False' }).ACCOUNT_RATE_LIMITS).toEqual({})
    expect(parse({ SESSION_COOKIE_SAMESITE: 'False' }).SESSION_COOKIE_SAMESITE).toBeUndefined()
    expect(parse({ SOCIALACCOUNT_EMAIL_VERIFICATION: 'False' })).toMatchObject({
      SOCIALACCOUNT_EMAIL_VERIFICATION: 'none',
    })
    expect(parse({ TOKEN_MODEL: 'False', USE_JWT: 'True' }).TOKEN_MODEL).toBeUndefined()
    expect(faultsOf({ TOKEN_MODEL: 'True' })).toEqual([
      'TOKEN_MODEL must be null or the name of a token model',
    ])
  })
})

describe('what would throw in the middle of an answer', () => {
  test.each([
    ['CORS_EXPOSE_HEADERS', 'a b'],
    ['CORS_ALLOW_HEADERS', 'ü'],
    ['CORS_ALLOW_METHODS', 'GET POST'],
    ['CSRF_HEADER_NAME', 'X CSRF'],
    ['SIMPLE_JWT_AUTH_HEADER_NAME', 'HTTP_Ü'],
    // The header's name is what follows.
    ['SIMPLE_JWT_AUTH_HEADER_NAME', 'HTTP_'],
    ['SIMPLE_JWT_AUTH_HEADER_TYPES', '["Bearer token"]'],
    ['TURSO_AUTH_TOKEN', 'a b'],
    ['TURSO_AUTH_TOKEN', 'schlüssel'],
    ['TURNSTILE_SECRET_KEY', 'a\nb'],
    ['METRICS_TOKEN', 'ü'],
    ['DEFAULT_FROM_EMAIL', 'a@b.c\r\nBcc: x@y.z'],
    ['DEFAULT_FROM_EMAIL', 'nobody'],
    ['DEFAULT_FROM_EMAIL', 'Acme <nobody>'],
    ['SITE_NAME', 'a\nb'],
    ['ACCOUNT_EMAIL_SUBJECT_PREFIX', 'a\nb'],
    ['SIMPLE_JWT_ACCESS_TOKEN_LIFETIME', '9999999999999'],
    ['SIMPLE_JWT_REFRESH_TOKEN_LIFETIME', '9999999999999'],
    ['SESSION_COOKIE_AGE', '9999999999999'],
    ['AUDIT_RETENTION_DAYS', '999999999999'],
    ['ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS', '999999999999'],
    ['DATABASE_TIMEOUT_MS', '99999999999'],
    ['ACCOUNT_USERNAME_MIN_LENGTH', '151'],
    ['SIMPLE_JWT_AUDIENCE', '[]'],
  ])('%s %j', (name, raw) => {
    const faults = faultsOf({ [name]: raw })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} `))
  })

  test.each(['a@b.c', 'Acme <no-reply@acme.example>', '"Acme, Inc." <a@b.c>'])(
    '%j sends',
    (from) => {
      expect(parse({ DEFAULT_FROM_EMAIL: from }).DEFAULT_FROM_EMAIL).toBe(from)
    },
  )

  test('a secret that was pasted with its line end is cut', () => {
    expect(parse({ TURSO_AUTH_TOKEN: 'token\n' }).TURSO_AUTH_TOKEN).toBe('token')
  })
})

describe('keys of JWTs', () => {
  const [es256] = vectors.asymmetric.ES256
  const PEM = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'
  const noKey = (algorithm: string, make: string) =>
    `SIMPLE_JWT_SIGNING_KEY is no key for SIMPLE_JWT_ALGORITHM ${algorithm}: copy it whole, or make one: openssl genpkey -algorithm ${make}`

  test.each([
    ['RS256', 'RSA -pkeyopt rsa_keygen_bits:2048'],
    ['ES256', 'EC -pkeyopt ec_paramgen_curve:P-256'],
    ['ES384', 'EC -pkeyopt ec_paramgen_curve:P-384'],
    ['EdDSA', 'ed25519'],
  ])('%s wants a key, not only its frame', (algorithm, make) => {
    const env = { SIMPLE_JWT_ALGORITHM: algorithm, SIMPLE_JWT_SIGNING_KEY: PEM }
    expect(faultsOf(env)).toEqual([noKey(algorithm, make)])
  })

  test('a key of another algorithm is none', () => {
    const key = { SIMPLE_JWT_SIGNING_KEY: es256?.private }
    expect(faultsOf({ SIMPLE_JWT_ALGORITHM: 'ES256', ...key })).toEqual([])
    expect(faultsOf({ SIMPLE_JWT_ALGORITHM: 'RS256', ...key })).toEqual([
      noKey('RS256', 'RSA -pkeyopt rsa_keygen_bits:2048'),
    ])
    const half = { SIMPLE_JWT_SIGNING_KEY: es256?.private.slice(0, 80) }
    expect(faultsOf({ SIMPLE_JWT_ALGORITHM: 'ES256', ...half })).toHaveLength(1)
  })
})

describe('what is each right and does not go together', () => {
  test.each([
    [
      { TOKEN_MODEL: 'null' },
      'TOKEN_MODEL null needs USE_JWT or SESSION_LOGIN: a login would give nothing',
    ],
    [
      { USE_JWT: 'true', DEFAULT_AUTHENTICATION_CLASSES: 'TokenAuthentication' },
      'DEFAULT_AUTHENTICATION_CLASSES takes nothing of what a login gives: jwt',
    ],
    [
      { USE_JWT: 'true', SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: 'false' },
      'SIMPLE_JWT_ROTATE_REFRESH_TOKENS needs SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: rotated tokens would stay good; or set it to false',
    ],
    [
      { USE_JWT: 'true', TOKEN_BLACKLIST_ENABLED: 'false' },
      'SIMPLE_JWT_ROTATE_REFRESH_TOKENS needs TOKEN_BLACKLIST_ENABLED: rotated tokens would stay good; or set it to false',
    ],
    [
      { SIMPLE_JWT_USER_ID_FIELD: 'email' },
      'SIMPLE_JWT_USER_ID_FIELD cannot be email: two accounts may have one address; take id',
    ],
    [
      { SIMPLE_JWT_USER_ID_CLAIM: 'exp' },
      'SIMPLE_JWT_USER_ID_CLAIM must be a claim of its own, not "exp"',
    ],
    [
      { SIMPLE_JWT_USER_ID_CLAIM: 'jti' },
      'SIMPLE_JWT_JTI_CLAIM must be a claim of its own, not "jti"',
    ],
  ])('%j', (env, fault) => {
    expect(faultsOf(env)).toEqual([fault])
  })

  test('exact rotates as the reference does', () => {
    const env = { DJANGO_COMPATIBILITY: 'exact', USE_JWT: 'true' }
    expect(faultsOf({ ...env, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'true' })).toEqual([])
  })

  test('exact logs in without giving anything, as the reference does', () => {
    const env = { DJANGO_COMPATIBILITY: 'exact', TOKEN_MODEL: 'null', SESSION_LOGIN: 'false' }
    expect(faultsOf(env)).toEqual([])
  })
})

describe('Django’s tables', () => {
  test.each([
    ['JSON', (table: object) => JSON.stringify(table)],
    ['a table of TOML', (table: object) => table],
  ])('are read as %s', (_, written) => {
    const settings = parse({
      REST_AUTH: written({
        USE_JWT: true,
        JWT_AUTH_COOKIE: 'auth',
        LOGIN_SERIALIZER: 'dj_rest_auth.serializers.LoginSerializer',
      }),
      SIMPLE_JWT: written({ ACCESS_TOKEN_LIFETIME: 60, AUTH_HEADER_TYPES: ['Bearer', 'JWT'] }),
      REST_FRAMEWORK: written({
        DEFAULT_RENDERER_CLASSES: ['rest_framework.renderers.JSONRenderer'],
        DEFAULT_THROTTLE_RATES: { dj_rest_auth: '5/minute' },
      }),
    })
    expect(settings).toMatchObject({
      USE_JWT: true,
      JWT_AUTH_COOKIE: 'auth',
      SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: 60,
      SIMPLE_JWT_AUTH_HEADER_TYPES: ['Bearer', 'JWT'],
      DEFAULT_THROTTLE_RATES: { dj_rest_auth: '5/minute' },
    })
  })

  test('a variable of its own goes before', () => {
    const settings = parse({ REST_AUTH: { JWT_AUTH_COOKIE: 'a' }, JWT_AUTH_COOKIE: 'b' })
    expect(settings.JWT_AUTH_COOKIE).toBe('b')
  })

  test('what they hold is judged as ever', () => {
    expect(faultsOf({ REST_AUTH: { USE_JWTT: true, JWT_AUTH_SAMESITE: 'x' } })).toEqual([
      'REST_AUTH has USE_JWTT, which is unknown here',
      'JWT_AUTH_SAMESITE must be one of Lax, Strict, None',
    ])
    expect(faultsOf({ SIMPLE_JWT: { SLIDING_TOKEN_LIFETIME: 5 } })).toEqual([
      'SIMPLE_JWT_SLIDING_TOKEN_LIFETIME is unknown',
    ])
    expect(faultsOf({ REST_AUTH: { REGISTER_SERIALIZER: 'app.serializers.Mine' } })).toEqual([
      'REST_AUTH has REGISTER_SERIALIZER, which is unknown here',
    ])
  })

  test.each(['{', '[]', 'True', 7])('%j is no table', (raw) => {
    expect(faultsOf({ REST_AUTH: raw })).toEqual([
      'REST_AUTH must be an object, in JSON or as [vars.REST_AUTH]',
    ])
  })
})

test.each([
  [
    { REMEMBER_ME: 'true' },
    'REMEMBER_ME needs USE_JWT, SESSION_LOGIN or TOKEN_PER_DEVICE: the one',
  ],
  [{ SESSION_DEVICES: 'true', SESSION_MANAGEMENT: 'false' }, 'SESSION_DEVICES needs SESSION_MANAG'],
])('%j would do nothing, and says what it needs', (env, message) => {
  expect(faultsOf(env).map((fault) => fault.slice(0, message.length))).toEqual([message])
})

test('a deletion with a grace period needs no audit events', () => {
  const env = { ACCOUNT_DELETION: 'soft', ACCOUNT_DELETION_GRACE_DAYS: '14', AUDIT_EVENTS: 'false' }
  expect(faultsOf(env)).toEqual([])
})
