import { expect, test, vi } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { databaseTransport } from '../support/database-fetch.ts'
import { BY_MAIL } from '../support/mailed.ts'
import { isUnnoticeable, timePairs } from '../support/paired-timing.ts'
import { FACTORS, seedKey } from '../support/second-factor.ts'

/** At most 800 requests an operation; `ENUMERATION_PAIRS=1000` for more on a busy machine. */
const PAIRS = Number(process.env['ENUMERATION_PAIRS'] ?? 400)
const TIMEOUT_MS = 400_000

/** Counting is on, its limits out of the way; hashing costs enough to be seen where it is left out. */
const env = {
  ...FACTORS,
  ...BY_MAIL,
  PASSWORD_PBKDF2_ITERATIONS: '20000',
  ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
  ACCOUNT_LOGIN_METHODS: 'username,email',
  EMAIL_MANAGEMENT: 'true',
  ACCOUNT_RATE_LIMITS: {
    login: null,
    login_failed: '1000000/s/key',
    signup: '1000000/s/ip',
    reset_password: '1000000/s/key',
    confirm_email: '1000000/s/key',
    send_email: '1000000/s/key',
    request_login_code: '1000000/s/key',
  },
}

/** Password of the two who have registered with addresses that they cannot prove. */
const CLAIMANTS = 'a-good-long-phrase'

type Paired = {
  readonly path: string
  readonly known: (index: number) => unknown
  readonly unknown: (index: number) => unknown
}

const OPERATIONS: Readonly<Record<string, Paired>> = {
  login: {
    path: '/login/',
    known: () => ({ username: 'alice', password: 'guess' }),
    unknown: () => ({ username: 'nobod', password: 'guess' }),
  },
  'login by an address that one has registered with': {
    path: '/login/',
    known: () => ({ email: 'dave@example.com', password: CLAIMANTS }),
    unknown: () => ({ email: 'free@example.com', password: CLAIMANTS }),
  },
  'the same, with another password': {
    path: '/login/',
    known: () => ({ email: 'dave@example.com', password: 'guess' }),
    unknown: () => ({ email: 'free@example.com', password: 'guess' }),
  },
  'password reset': {
    path: '/password/reset/',
    known: () => ({ email: 'alice@example.com' }),
    unknown: () => ({ email: 'nobod@example.com' }),
  },
  'resend e-mail': {
    path: '/registration/resend-email/',
    known: () => ({ email: 'carol@example.com' }),
    unknown: () => ({ email: 'nobod@example.com' }),
  },
  'login code': {
    path: '/login/code/request/',
    known: () => ({ email: 'alice@example.com' }),
    unknown: () => ({ email: 'nobod@example.com' }),
  },
  'login link': {
    path: '/login/link/request/',
    known: () => ({ email: 'alice@example.com' }),
    unknown: () => ({ email: 'nobod@example.com' }),
  },
  'passkey login': {
    path: '/passkeys/login/begin/',
    known: () => ({ username: 'alice' }),
    unknown: () => ({ username: 'nobod' }),
  },
  registration: {
    path: '/registration/',
    known: (index) => newUser(`known${index}`, 'alice@example.com'),
    unknown: (index) => newUser(`fresh${index}`, `fresh${index}@example.com`),
  },
}

function newUser(username: string, email: string): unknown {
  return { username, email, password1: 'a-good-long-phrase', password2: 'a-good-long-phrase' }
}

async function enumerationApp(): Promise<TestApp> {
  const app = await createTestApp({
    env,
    users: [
      aUser(),
      aUser({ username: 'carol', emailVerified: false }),
      aUser({ username: 'dave', password: 'another-horse-staple' }),
      ...['dave@example.com', 'free@example.com'].map((email, index) =>
        aUser({ username: `claims${index}`, email, emailVerified: false, password: CLAIMANTS }),
      ),
    ],
  })
  await seedKey(app, 'laptop')
  return app
}

test.each(Object.entries(OPERATIONS))(
  'known and unknown get the same answer in the same time: %s',
  { timeout: TIMEOUT_MS },
  async (_name, { path, known, unknown }) => {
    const app = await enumerationApp()
    const one = await app.post(path, known(-1))
    const other = await app.post(path, unknown(-1))
    expect(await facts(one)).toEqual(await facts(other))
    await app.settle()
    const report = await timePairs(
      PAIRS,
      async (index) => (await app.post(path, known(index))).text(),
      async (index) => (await app.post(path, unknown(index))).text(),
      async () => {
        await app.settle()
        app.clock.advance(2)
        app.mailbox.length = 0
      },
    )
    expect(isUnnoticeable(report), JSON.stringify(report)).toBe(true)
  },
)

test(
  'the measurement would notice a login that hashes nothing',
  { timeout: TIMEOUT_MS },
  async () => {
    const app = await enumerationApp()
    const report = await timePairs(
      100,
      async () => (await app.post('/login/', { username: 'alice', password: 'guess' })).text(),
      async () => (await app.post('/password/reset/', { email: 'nobod@example.com' })).text(),
      async () => {
        await app.settle()
        app.clock.advance(2)
      },
    )
    expect(isUnnoticeable(report)).toBe(false)
  },
)

test.each(['alice', 'nobod'])(
  'what is written of a refused login begins when the answer has left: %s',
  async (username) => {
    const app = await enumerationApp()
    const sent = vi.spyOn(databaseTransport, 'send')
    try {
      await (await app.post('/login/', { username, password: 'guess' })).text()
      expect(sent).toHaveBeenCalledTimes(1)
      await app.settle()
      expect(sent).toHaveBeenCalledTimes(2)
    } finally {
      sent.mockRestore()
    }
  },
)

test('a second sign-up or a login tells nothing of a taken address', async () => {
  const app = await enumerationApp()
  const answers = async (username: string, email: string): Promise<readonly unknown[]> => {
    const password = 'a-good-long-phrase'
    const responses = [
      await app.post('/registration/', newUser(username, email)),
      await app.post('/registration/', newUser(username, email)),
      await app.post('/login/', { username, password }),
      await app.post('/login/', { email, password }),
      await app.post('/login/', { email, password: 'a-wrong-long-phrase' }),
      await app.post('/registration/resend-email/', { email }),
    ]
    return Promise.all(responses.map(facts))
  }
  expect(await answers('mallory1', 'alice@example.com')).toEqual(
    await answers('mallory2', 'fresh@example.com'),
  )
  await app.settle()
  const mails = app.mailbox.map(({ to, subject }) => `${to} ${subject}`)
  expect(mails.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'alice@example.com [example.com] Account Already Exists',
    'fresh@example.com [example.com] Please Confirm Your Email Address',
    'fresh@example.com [example.com] Please Confirm Your Email Address',
  ])
})

test('nor does a login by an address that was added to an account', async () => {
  const app = await enumerationApp()
  const key = await memberOf(
    app.post('/login/', { username: 'alice', password: 'right-horse-staple' }),
    'key',
  )
  const headers = { Authorization: `Token ${key}` }
  const answers = async (email: string): Promise<readonly unknown[]> => {
    const responses = [
      await app.post('/emails/', { email }, headers),
      await app.post('/login/', { email, password: 'right-horse-staple' }),
      await app.post('/login/', { username: email, password: 'right-horse-staple' }),
    ]
    return (await Promise.all(responses.map(facts))).map((one) =>
      JSON.stringify(one)
        .replaceAll(email, 'it')
        .replaceAll(/"id\\":\d/g, 'id'),
    )
  }
  expect(await answers('other@example.com')).toEqual(await answers('dave@example.com'))
})

test('a login by an address is refused as soon, whoever has proved it', async () => {
  const statuses = async (email: string) => {
    const app = await createTestApp({
      env: { ...env, ACCOUNT_RATE_LIMITS: { login: null, login_failed: '3/300s/key' } },
      users: [
        aUser({ username: 'dave' }),
        aUser({ username: 'claims', email, emailVerified: false, password: CLAIMANTS }),
      ],
    })
    const all: number[] = []
    for (let index = 0; index < 5; index += 1) {
      all.push((await app.post('/login/', { email, password: CLAIMANTS })).status)
      await app.settle()
    }
    return all
  }
  expect(await statuses('dave@example.com')).toEqual([400, 400, 400, 429, 429])
  expect(await statuses('free@example.com')).toEqual([400, 400, 400, 429, 429])
})

async function facts(response: Response): Promise<unknown> {
  const headers = [...response.headers].filter(([name]) => name !== 'x-request-id')
  // Handles and challenges are random; how long they are, and how many, must tell nothing.
  const text = (await response.text()).replaceAll(/[\w-]{20,}/g, ({ length }) => `#${length}`)
  // Authenticators differ, so imaginary ids are of their many kinds; `passkeys.test.ts` looks at those.
  const body = text.replaceAll(/\{"id":"#\d+","type":"public-key"[^}]*\}/g, 'a passkey')
  return { status: response.status, headers, body }
}
