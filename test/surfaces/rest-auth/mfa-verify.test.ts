import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  codeOf,
  FACTORS,
  firstStep,
  RECOVERY_CODES,
  seedFactor,
  verify,
  wrongCodeOf,
} from '../../support/second-factor.ts'

const LOGGED_IN = { key: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown }
const BAD_CODE = { code: ['Invalid code.'] }
const BAD_TOKEN = { ephemeral_token: ['Invalid or expired token.'] }

async function factorApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const app = await createTestApp({ env: { ...FACTORS, ...env }, users: [aUser()] })
  await seedFactor(app)
  return app
}

test('a one-time code completes the login', async () => {
  const app = await factorApp()
  const response = await verify(app, await firstStep(app), codeOf(app))
  expect(response.status).toBe(200)
  const body = (await response.json()) as { readonly key: string }
  expect(body).toEqual(LOGGED_IN)
  const me = await app.request('/user/', { headers: { Authorization: `Token ${body.key}` } })
  expect(await me.json()).toMatchObject({ username: 'alice' })
})

test('the first step opens nothing', async () => {
  const app = await factorApp({ SESSION_LOGIN: 'true' })
  const password = 'right-horse-staple'
  const response = await app.post('/login/', { username: 'alice', password })
  expect(response.headers.getSetCookie()).toEqual([])
  const { ephemeral_token: token } = (await response.json()) as { readonly ephemeral_token: string }
  const me = await app.request('/user/', { headers: { Authorization: `Token ${token}` } })
  expect(me.status).toBe(401)
})

test('blanks in a code do not matter', async () => {
  const app = await factorApp()
  const code = codeOf(app)
  const response = await verify(app, await firstStep(app), ` ${code.slice(0, 3)} ${code.slice(3)}`)
  expect(await response.json()).toEqual(LOGGED_IN)
})

test.each([
  ['safe', -1, 200],
  ['safe', 1, 400],
  ['safe', -2, 400],
  ['exact', 1, 200],
  ['exact', -1, 200],
  ['exact', 2, 400],
])('in %s, a code of %i periods from now: %i', async (compatibility, at, status) => {
  const app = await factorApp({ DJANGO_COMPATIBILITY: compatibility })
  const response = await verify(app, await firstStep(app), codeOf(app, at))
  expect(response.status).toBe(status)
})

test('no tolerance: the code of this period alone', async () => {
  const app = await factorApp({ MFA_TOTP_TOLERANCE: '0' })
  expect((await verify(app, await firstStep(app), codeOf(app, -1))).status).toBe(400)
  expect((await verify(app, await firstStep(app), codeOf(app))).status).toBe(200)
})

test('a code is good up to the edge of its period', async () => {
  const app = await factorApp({ MFA_TOTP_TOLERANCE: '0' })
  const code = codeOf(app)
  const token = await firstStep(app)
  const seconds = (app.clock.now().getTime() / 1000) % 30
  app.clock.advance(30 - seconds - 0.001)
  expect((await verify(app, token, code)).status).toBe(200)
})

test('a code is dead from the edge of its period on', async () => {
  const app = await factorApp({ MFA_TOTP_TOLERANCE: '0' })
  const code = codeOf(app)
  const token = await firstStep(app)
  app.clock.advance(30 - ((app.clock.now().getTime() / 1000) % 30))
  expect((await verify(app, token, code)).status).toBe(400)
})

test('a code works once, and none before it (RFC 6238 §5.2)', async () => {
  const app = await factorApp()
  expect((await verify(app, await firstStep(app), codeOf(app))).status).toBe(200)
  for (const at of [0, -1]) {
    const again = await verify(app, await firstStep(app), codeOf(app, at))
    expect(await again.json()).toEqual(BAD_CODE)
  }
  app.clock.advance(30)
  expect((await verify(app, await firstStep(app), codeOf(app))).status).toBe(200)
})

test.each(['0123-4567', '01234567', ' 0123-4567', '89AB-CDEF'])(
  'the recovery code %s works once',
  async (code) => {
    const app = await factorApp()
    expect((await verify(app, await firstStep(app), code)).status).toBe(200)
    const again = await verify(app, await firstStep(app), code)
    expect(await again.json()).toEqual(BAD_CODE)
  },
)

test('the last recovery code is told to the owner', async () => {
  const app = await factorApp()
  for (const code of RECOVERY_CODES) await verify(app, await firstStep(app), code)
  await app.settle()
  expect(app.mailbox.map(({ subject }) => subject)).toEqual([
    '[example.com] Your Last Recovery Code Was Used',
  ])
})

test('the token of the first step logs in once', async () => {
  const app = await factorApp()
  const token = await firstStep(app)
  expect((await verify(app, token, codeOf(app))).status).toBe(200)
  const again = await verify(app, token, RECOVERY_CODES[0] ?? '')
  expect(await again.json()).toEqual(BAD_TOKEN)
  const other = await verify(app, await firstStep(app), RECOVERY_CODES[0] ?? '')
  expect(other.status).toBe(200)
})

test.each([60, 1.5])('the token of the first step expires after %d s', async (seconds) => {
  const app = await factorApp({ MFA_EPHEMERAL_TOKEN_TIMEOUT: String(seconds) })
  const late = await firstStep(app)
  app.clock.advance(seconds + 0.1)
  expect(await (await verify(app, late, codeOf(app))).json()).toEqual(BAD_TOKEN)
  const token = await firstStep(app)
  app.clock.advance(seconds - 0.1)
  expect((await verify(app, token, codeOf(app))).status).toBe(200)
})

test('five wrong codes are judged, whatever token they come with; the password comes first', async () => {
  const app = await factorApp()
  for (let guess = 0; guess < 5; guess += 1) {
    const response = await verify(app, await firstStep(app), wrongCodeOf(app))
    expect(response.status).toBe(400)
  }
  const sixth = await verify(app, await firstStep(app), codeOf(app))
  expect(sixth.status).toBe(429)
  expect(Number(sixth.headers.get('Retry-After'))).toBeGreaterThan(0)
  app.clock.advance(301)
  expect((await verify(app, await firstStep(app), codeOf(app))).status).toBe(200)
})

test('a success forgets the failures before it', async () => {
  const app = await factorApp()
  const wrong = async (): Promise<number> =>
    (await verify(app, await firstStep(app), wrongCodeOf(app))).status
  for (let guess = 0; guess < 4; guess += 1) expect(await wrong()).toBe(400)
  expect((await verify(app, await firstStep(app), codeOf(app))).status).toBe(200)
  for (let guess = 0; guess < 5; guess += 1) expect(await wrong()).toBe(400)
  expect(await wrong()).toBe(429)
})

test('a token that is none costs its user no guess', async () => {
  const app = await factorApp()
  const token = await firstStep(app)
  await verify(app, token, codeOf(app))
  for (let guess = 0; guess < 6; guess += 1) {
    expect(await (await verify(app, token, wrongCodeOf(app))).json()).toEqual(BAD_TOKEN)
    await app.settle()
  }
  expect((await verify(app, await firstStep(app), RECOVERY_CODES[0] ?? '')).status).toBe(200)
})

test('is not there unless the setting says so', async () => {
  const app = await createTestApp({ users: [aUser()] })
  expect((await verify(app, 'x', '000000')).status).toBe(404)
})
