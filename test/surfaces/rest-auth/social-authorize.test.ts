import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { usedNonces } from '../../../src/db/schema/used-once.ts'
import {
  answerOf,
  cookieAttributesOf,
  cookieHeaderOf,
  cookieValuesOf,
} from '../../support/answer.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { jsonExchange } from '../../support/fake-fetch.ts'
import { anIssuer, facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'

const CALLBACK = 'https://app.example/callback/facebook'
const EXCHANGE = 'https://graph.facebook.com/v25.0/oauth/access_token'
const KEY = { key: expect.stringMatching(/^[0-9a-f]{40}$/) }
const BAD_STATE = { status: 400, body: { state: ['Invalid or expired state.'] } }

type Start = {
  readonly authorization_url: string
  readonly state: string
  readonly code_verifier: string
}

async function anApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  return createTestApp({ env: { ...SOCIAL_ENV, ...env } })
}

async function begin(app: TestApp, path = 'facebook/authorize/'): Promise<Start> {
  const response = await app.request(path)
  expect(response.status).toBe(200)
  return response.json()
}

/** What comes back from Facebook for a code. */
function facebookExchanges(app: TestApp): void {
  app.outside.setExchanges([
    jsonExchange('GET', EXCHANGE, { access_token: 'fb-token', expires_in: 60 }),
    ...facebookKnows(FAY).slice(0, 1),
  ])
}

test('begins with a URL, a state and a verifier, and nothing stored', async () => {
  const app = await anApp()
  const cost = await app.costOf(async () => {
    const start = await begin(app)
    const url = new URL(start.authorization_url)
    expect(url.origin + url.pathname).toBe('https://www.facebook.com/v25.0/dialog/oauth')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'fb-client',
      redirect_uri: CALLBACK,
      state: start.state,
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(start.code_verifier).digest('base64url'),
      scope: 'email',
    })
    // X takes no more than 500 characters.
    expect(start.state.length).toBeLessThan(500)
  })
  expect(cost.waited.roundTrips).toBe(0)
})

test('logs in by the code that comes back', async () => {
  const app = await anApp()
  const { state, code_verifier } = await begin(app)
  facebookExchanges(app)
  const body = { code: 'fb-code', state, code_verifier }
  expect(await answerOf(app.post('facebook/', body))).toEqual({ status: 200, body: KEY })
  const exchange = app.outside.calls.find(({ url }) => url === EXCHANGE)
  expect(exchange?.entries.get('redirect_uri')).toBe(CALLBACK)
  expect(exchange?.entries.get('code_verifier')).toBe(code_verifier)
})

test('takes a state once', async () => {
  const app = await anApp()
  const { state, code_verifier } = await begin(app)
  facebookExchanges(app)
  const body = { code: 'fb-code', state, code_verifier }
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => answerOf(app.post('facebook/', body))),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await app.deps().db.select().from(usedNonces)).toMatchObject([{ purpose: 'social-state' }])
})

test('takes no answer of somebody else’s login', async () => {
  const app = await anApp()
  const attacker = await begin(app)
  const victim = await begin(app)
  const body = { code: 'code-of-attacker', state: attacker.state }
  expect(await answerOf(app.post('facebook/', body))).toEqual(BAD_STATE)
  expect(
    await answerOf(app.post('facebook/', { ...body, code_verifier: victim.code_verifier })),
  ).toEqual(BAD_STATE)
})

test('takes no state that is too old', async () => {
  const app = await anApp()
  const { state, code_verifier } = await begin(app)
  app.clock.advance(601)
  expect(await answerOf(app.post('facebook/', { code: 'x', state, code_verifier }))).toEqual(
    BAD_STATE,
  )
})

test.each(['x', 'x'.repeat(200), '🦊', '', null, 7, {}])(
  'leaves a state that is not ours to the client that made it: %j',
  async (state) => {
    const app = await anApp()
    facebookExchanges(app)
    const body = { code: 'fb-code', state, scope: 'email', nonce: null, redirect_uri: {} }
    expect(await answerOf(app.post('facebook/', body))).toEqual({ status: 200, body: KEY })
    const exchange = app.outside.calls.find(({ url }) => url === EXCHANGE)
    expect(exchange?.entries.get('redirect_uri')).toBe(CALLBACK)
  },
)

test('takes no other state, and not none, where a link began a login in this browser', async () => {
  const app = await anApp()
  const query = `redirect_uri=${encodeURIComponent(CALLBACK)}&mode=redirect`
  const begun = await app.request(`facebook/authorize/?${query}`)
  const headers = { Cookie: cookieHeaderOf(begun) }
  for (const state of ['made-up', undefined]) {
    const body = { code: 'code-of-attacker', state }
    expect(await answerOf(app.post('facebook/', body, headers))).toEqual(BAD_STATE)
  }
})

test('takes no state of another provider', async () => {
  const app = await anApp({
    GITHUB_CLIENT_ID: 'gh',
    GITHUB_CLIENT_SECRET: 's',
    GITHUB_CALLBACK_URL: 'https://app.example/callback/github',
  })
  const { state, code_verifier } = await begin(app, 'github/authorize/')
  expect(await answerOf(app.post('facebook/', { code: 'x', state, code_verifier }))).toEqual(
    BAD_STATE,
  )
})

test('takes a state of before the secret was changed', async () => {
  const before = await anApp()
  const { state, code_verifier } = await begin(before)
  const app = await anApp({
    SECRET_KEY: 'another-secret-key-0123456789-abcdefghijklmnopqrs',
    SECRET_KEY_FALLBACKS: JSON.stringify([before.settings.SECRET_KEY]),
  })
  facebookExchanges(app)
  const body = { code: 'fb-code', state, code_verifier }
  expect((await app.post('facebook/', body)).status).toBe(200)
})

test('sends nobody to a redirect URI that is not the app’s, letter by letter', async () => {
  const app = await anApp()
  for (const uri of ['https://evil.example/', `${CALLBACK}/`, CALLBACK.toUpperCase(), 'x']) {
    const path = `facebook/authorize/?redirect_uri=${encodeURIComponent(uri)}`
    expect(await answerOf(app.request(path))).toEqual({
      status: 400,
      body: { redirect_uri: ['This redirect URI is not allowed.'] },
    })
  }
})

test('returns to any of the app’s redirect URIs', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  app.outside.setExchanges(issuer.exchanges.slice(0, 1))
  const start = await begin(app, 'oidc/corp/authorize/?redirect_uri=app.example:/callback')
  const query = new URL(start.authorization_url).searchParams
  expect(query.get('redirect_uri')).toBe('app.example:/callback')
  expect(query.get('nonce')).toMatch(/^[0-9a-f]{64}$/)
})

test('needs a redirect URI', async () => {
  const app = await anApp({ FACEBOOK_CALLBACK_URL: '' })
  expect((await app.request('facebook/authorize/')).status).toBe(400)
})

test('is unavailable while the issuer is', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  const response = await app.request('oidc/corp/authorize/')
  expect(response.status).toBe(503)
  expect(response.headers.get('Retry-After')).toBe('5')
})

test('redirects a browser that follows a link, which keeps the verifier in a cookie', async () => {
  const app = await anApp()
  const response = await app.request('facebook/authorize/?mode=redirect')
  expect(response.status).toBe(302)
  expect(await response.text()).toBe('')
  expect(cookieAttributesOf(response)).toEqual({
    '__Host-social_verifier': expect.stringMatching(
      /HttpOnly; Max-Age=600; Path=\/; SameSite=Lax; Secure$/,
    ),
  })
  const state = new URL(response.headers.get('Location') ?? '').searchParams.get('state')
  facebookExchanges(app)
  const headers = { Cookie: cookieHeaderOf(response) }
  const planted = { Cookie: headers.Cookie.replace('__Host-', '') }
  expect(await answerOf(app.post('facebook/', { code: 'fb-code', state }))).toEqual(BAD_STATE)
  expect(await answerOf(app.post('facebook/', { code: 'fb-code', state }, planted))).toEqual(
    BAD_STATE,
  )
  const ended = await app.post('facebook/', { code: 'fb-code', state }, headers)
  expect(ended.status).toBe(200)
  expect(ended.headers.getSetCookie()).toContainEqual(
    expect.stringMatching(/^__Host-social_verifier="";.* Max-Age=0; Path=\/;.* Secure$/),
  )
})

test('a second link leaves the login of the first one alone', async () => {
  const app = await anApp()
  const follow = (cookie?: string) =>
    app.request('facebook/authorize/?mode=redirect', {
      headers: cookie === undefined ? {} : { Cookie: cookie },
    })
  const first = await follow()
  const second = await follow(cookieHeaderOf(first))
  expect(cookieValuesOf(second)).toEqual(cookieValuesOf(first))
  const queries = [first, second].map(
    (one) => new URL(String(one.headers.get('Location'))).searchParams,
  )
  const states = queries.map((query) => query.get('state'))
  for (const state of states) {
    facebookExchanges(app)
    const headers = { Cookie: cookieHeaderOf(second) }
    expect((await app.post('facebook/', { code: 'fb-code', state }, headers)).status).toBe(200)
  }
})

test('a kept value that is no secret of ours is replaced', async () => {
  const app = await anApp()
  const headers = { Cookie: '__Host-social_verifier=x' }
  const begun = await app.request('facebook/authorize/?mode=redirect', { headers })
  expect(cookieValuesOf(begun)['__Host-social_verifier']).toMatch(/^[\w-]{43}$/)
})

test('compares the nonce of the ID token with the login that began', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  const [metadata, keys] = issuer.exchanges
  if (metadata === undefined || keys === undefined) throw new Error('no exchanges')
  app.outside.setExchanges([metadata])
  const mine = await begin(app, 'oidc/corp/authorize/')
  const other = await begin(app, 'oidc/corp/authorize/')
  const nonceOf = (start: Start) => new URL(start.authorization_url).searchParams.get('nonce')
  const loginWith = async (nonce: string | null): Promise<number> => {
    const id_token = await issuer.sign(app, { sub: 'ola', nonce })
    const url = metadata.url.replace('/.well-known/openid-configuration', '/token')
    const tokens = jsonExchange('POST', url, { access_token: 'a', id_token })
    app.outside.setExchanges([tokens, ...(nonce === nonceOf(other) ? [keys] : [])])
    const { state, code_verifier } = mine
    return (await app.post('oidc/corp/', { code: 'c', state, code_verifier })).status
  }
  expect(await loginWith(nonceOf(other))).toBe(400)
  expect(await loginWith(nonceOf(mine))).toBe(200)
})

test('logs in at X by a code and its verifier', async () => {
  const app = await anApp({
    TWITTER_OAUTH2_CLIENT_ID: 'tw2-client',
    TWITTER_OAUTH2_CLIENT_SECRET: 'tw2-secret',
    TWITTER_OAUTH2_CALLBACK_URL: 'https://app.example/callback/twitter',
  })
  app.outside.setExchanges([
    jsonExchange(
      'POST',
      'https://api.x.com/2/oauth2/token',
      { token_type: 'bearer', access_token: 'bearer-1', expires_in: 7200 },
      {
        query: {
          code: 'tw-code',
          code_verifier: 'v'.repeat(43),
          redirect_uri: 'https://app.example/callback/twitter',
        },
      },
    ),
    jsonExchange('GET', 'https://api.x.com/2/users/me', {
      data: { id: '20002', username: 'tia', name: 'Tia Tweets' },
    }),
  ])
  const body = { code: 'tw-code', code_verifier: 'v'.repeat(43) }
  expect(await answerOf(app.post('twitter/', body))).toEqual({ status: 200, body: KEY })
  expect(app.outside.calls[0]?.headers.get('Authorization')).toBe(
    `Basic ${btoa('tw2-client:tw2-secret')}`,
  )
})

const APPLE_ENV = {
  APPLE_CLIENT_ID: 'com.example.web',
  APPLE_KEY_ID: 'KEYID',
  APPLE_TEAM_ID: 'TEAM',
  APPLE_CALLBACK_URL: 'https://app.example/callback/apple',
  PUBLIC_URL: 'https://login.example.com',
}

async function withApple(): Promise<TestApp> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  const pem = `-----BEGIN PRIVATE KEY-----\\n${der}\\n-----END PRIVATE KEY-----`
  return createTestApp({ env: { ...APPLE_ENV, APPLE_CERTIFICATE_KEY: pem } })
}

function postForm(app: TestApp, fields: Readonly<Record<string, string>>): Promise<Response> {
  return app.request('apple/callback/', {
    method: 'POST',
    headers: { Origin: 'https://appleid.apple.com' },
    body: new URLSearchParams(fields),
  })
}

test('hands Apple’s posted answer on to the page where the login began', async () => {
  const app = await withApple()
  const start = await begin(app, 'apple/authorize/')
  expect(new URL(start.authorization_url).searchParams.get('redirect_uri')).toBe(
    'https://login.example.com/dj-rest-auth/apple/callback/',
  )
  const user = '{"name":{"firstName":"Ava","lastName":"Apple"}}'
  const response = await postForm(app, { code: 'c-1', state: start.state, user, id_token: 'x' })
  expect(response.status).toBe(303)
  const back = new URL(response.headers.get('Location') ?? '')
  expect(back.origin + back.pathname).toBe('https://app.example/callback/apple')
  expect(Object.fromEntries(back.searchParams)).toEqual({ code: 'c-1', state: start.state, user })

  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const iat = Math.floor(app.clock.now().getTime() / 1000)
  const id_token = await new SignJWT({
    iss: 'https://appleid.apple.com',
    aud: 'com.example.web',
    sub: '0001.ava',
    nonce: new URL(start.authorization_url).searchParams.get('nonce'),
    iat,
    exp: iat + 600,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'apple-1' })
    .sign(privateKey)
  app.outside.setExchanges([
    jsonExchange(
      'POST',
      'https://appleid.apple.com/auth/token',
      { access_token: 'a', id_token },
      { query: { redirect_uri: 'https://login.example.com/dj-rest-auth/apple/callback/' } },
    ),
    jsonExchange('GET', 'https://appleid.apple.com/auth/keys', {
      keys: [{ ...(await exportJWK(publicKey)), kid: 'apple-1' }],
    }),
  ])
  const { state, code_verifier } = start
  const login = await app.post('apple/', { code: 'c-1', state, code_verifier, user })
  const { body } = await answerOf(login)
  expect(body).toEqual(KEY)
  const me = await app.request('user/', {
    headers: { Authorization: `Token ${JSON.parse(JSON.stringify(body)).key}` },
  })
  expect(await me.json()).toMatchObject({ first_name: 'Ava', last_name: 'Apple' })
})

test('hands on that somebody changed their mind', async () => {
  const app = await withApple()
  const { state } = await begin(app, 'apple/authorize/')
  const response = await postForm(app, { error: 'user_cancelled_authorize', state })
  const back = new URL(response.headers.get('Location') ?? '')
  expect(back.searchParams.get('error')).toBe('user_cancelled_authorize')
})

test.each([{}, { state: 'x' }, { state: '' }])('hands nothing on for %j', async (fields) => {
  const app = await withApple()
  expect(await answerOf(postForm(app, { code: 'c', ...fields }))).toEqual({
    status: 400,
    body: { detail: 'Invalid or expired state.' },
  })
})

test('has no callback where a provider redirects', async () => {
  const app = await anApp()
  expect((await app.post('facebook/callback/', {})).status).toBe(404)
})
