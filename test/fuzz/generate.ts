import fc from 'fast-check'

/** A request as it is generated: plain data, so that a bad one can be printed and repeated. */
export type GeneratedRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const PATHS = [
  'login',
  'logout',
  'logout/all',
  'password/change',
  'password/reset',
  'password/reset/confirm',
  'registration',
  'registration/resend-email',
  'registration/verify-email',
  'sessions',
  'sessions/0123456789abcdef0123456789abcdef',
  'socialaccounts',
  'socialaccounts/1/disconnect',
  'facebook',
  'facebook/connect',
  'token/refresh',
  'token/verify',
  'user',
  'registration/account-confirm-email/a:b:c',
  'password/reset/confirm/1/c0ffee-0',
  'emails',
  'emails/1',
  'emails/1/resend',
  'emails/undo',
  'login/code/confirm',
  'login/code/request',
  'login/link/confirm',
  'login/link/request',
  'mfa/recovery-codes',
  'mfa/status',
  'mfa/totp/activate',
  'mfa/totp/deactivate',
  'mfa/verify',
  'passkeys',
  'passkeys/1',
  'passkeys/login/begin',
  'passkeys/login/complete',
  'passkeys/register/begin',
  'passkeys/register/complete',
  'reauthenticate',
  'social/signup',
  'token/introspect',
  'user/export',
]

const FIELDS = [
  'username',
  'email',
  'password',
  'password1',
  'password2',
  'old_password',
  'new_password1',
  'new_password2',
  'uid',
  'token',
  'key',
  'refresh',
  'access',
  'access_token',
  'code',
  'id_token',
  'first_name',
  'last_name',
  '__proto__',
  'constructor',
  'toString',
  'csrfmiddlewaretoken',
  'activation_token',
  'credential',
  'ephemeral_token',
  'handle',
  'more',
  'name',
  'primary',
  'session_id',
  'signup_token',
  'slug',
  'trust',
]

/** Texts that have broken something somewhere. */
const NASTY = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\ufeff',
  'é'.repeat(200),
  'x'.repeat(5000),
  "' or 1=1 --",
  '${7*7}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  'alice@example.com',
  'ALICE@EXAMPLE.COM',
  'alice',
  'right-horse-staple',
  'a@b',
  '@',
  '"quoted"@example.com',
  'ａｌｉｃｅ',
  'İ',
  '1e309',
  '-0',
  '9007199254740993',
  'null',
  '[object Object]',
]

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
)

/** Values that may stand in headers: visible ASCII, Latin 1, tabs. */
const headerText = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes.filter((code) => code !== 0x7f)).trim())

const value = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

const record = fc.dictionary(
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...FIELDS) }, text),
  value,
  { maxKeys: 6 },
)

/** JSON that is almost JSON. */
const brokenJson = fc
  .tuple(record, fc.nat(), fc.constantFrom('', '}', '"', '\\u12', 'NaN', ','))
  .map(([object, at, inserted]) => {
    const json = JSON.stringify(object)
    const cut = at % (json.length + 1)
    return json.slice(0, cut) + inserted + json.slice(cut + (at % 3))
  })

const form = record.map((object) =>
  new URLSearchParams(
    Object.entries(object).map(([name, one]) => [name, String(one).toWellFormed()]),
  ).toString(),
)

const multipart = record.map((object) =>
  [
    ...Object.entries(object).map(
      ([name, one]) =>
        `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${String(one)}\r\n`,
    ),
    '--xyz--\r\n',
  ].join(''),
)

type Payload = { readonly contentType: string | undefined; readonly body: string | undefined }

const payload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 6, arbitrary: record.map((one) => payloadOf('application/json', JSON.stringify(one))) },
  { weight: 2, arbitrary: brokenJson.map((one) => payloadOf('application/json', one)) },
  {
    weight: 1,
    arbitrary: fc.jsonValue().map((one) => payloadOf('application/json', JSON.stringify(one))),
  },
  { weight: 2, arbitrary: form.map((one) => payloadOf('application/x-www-form-urlencoded', one)) },
  {
    weight: 2,
    arbitrary: multipart.map((one) => payloadOf('multipart/form-data; boundary=xyz', one)),
  },
  { weight: 1, arbitrary: fc.tuple(headerText, text).map(([type, one]) => payloadOf(type, one)) },
  { weight: 1, arbitrary: fc.constant(payloadOf(undefined, undefined)) },
  {
    weight: 1,
    arbitrary: fc.constant(payloadOf('application/json', '['.repeat(3000) + ']'.repeat(3000))),
  },
)

function payloadOf(contentType: string | undefined, body: string | undefined): Payload {
  return { contentType, body: body?.toWellFormed() }
}

const path = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...PATHS).map((one) => `/dj-rest-auth/${one}/`) },
  { weight: 4, arbitrary: fc.constantFrom(...PATHS).map((one) => `/dj-rest-auth/${one}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), fc.webQueryParameters())
      .map(([one, query]) => `/dj-rest-auth/${one}/?format=json&${query}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), fc.webSegment())
      .map(([one, segment]) => `/dj-rest-auth/${one}/${segment}/`),
  },
  { weight: 1, arbitrary: fc.webPath().map((one) => `/${one}`) },
  { weight: 1, arbitrary: fc.constantFrom('/', '/dj-rest-auth/', '/healthz', '/%', '/%00/%ff') },
)

/** Requests of every kind; `tokens` are JWTs with whatever claims, signed or not. */
export function requests(tokens: readonly string[]): fc.Arbitrary<GeneratedRequest> {
  const token = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...tokens) },
    { weight: 1, arbitrary: headerText },
  )
  const authorization = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: token.map((one) => `Bearer ${one}`) },
    { weight: 1, arbitrary: token.map((one) => `Token ${one}`) },
    { weight: 1, arbitrary: headerText },
  )
  const cookie = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('access', 'refresh', 'sessionid', 'csrftoken', 'known_device'),
          token,
        )
        .map(([name, one]) => `${name}=${one}; csrftoken=${'a'.repeat(32)}`),
    },
    { weight: 1, arbitrary: headerText },
  )
  return fc
    .record({
      method: fc.constantFrom(
        'POST',
        'POST',
        'POST',
        'GET',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'HEAD',
        'QUERY',
      ),
      path,
      payload,
      authorization,
      cookie,
      origin: fc.constantFrom(
        undefined,
        undefined,
        'https://auth.example.com',
        'https://evil.example',
        'null',
      ),
      accept: fc.oneof(
        { weight: 6, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: headerText },
      ),
      csrf: fc.constantFrom(undefined, 'a'.repeat(32), 'b'.repeat(64), '!'),
    })
    .map((given) => ({
      method: given.method,
      path: given.path,
      headers: present({
        authorization: given.authorization,
        cookie: given.cookie,
        origin: given.origin,
        accept: given.accept,
        'x-csrftoken': given.csrf,
        'content-type': given.payload.contentType,
      }),
      body: given.method === 'GET' || given.method === 'HEAD' ? undefined : given.payload.body,
    }))
}

function present(
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, one]) => (one === undefined ? [] : [[name, one]])),
  )
}
