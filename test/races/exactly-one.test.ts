import { beforeAll, describe, expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 200)
/** Rounds under way at the same time, each with its own accounts. */
const ROUNDS_AT_ONCE = 4

const PATIENCE_MS = 240_000

const PASSWORD = 'right-horse-staple'
// A busy machine must not decide a race.
const NO_LIMITS = { ACCOUNT_RATE_LIMITS: 'false', DATABASE_TIMEOUT_MS: '60000' }
const JWT = { ...NO_LIMITS, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

type Answer = { readonly status: number; readonly body: unknown }

/** Sends all of them before any is answered; each has a database connection of its own. */
async function atOnce(asks: readonly (() => Promise<Response>)[]): Promise<readonly Answer[]> {
  const responses = await Promise.all(asks.map((ask) => ask()))
  return Promise.all(
    responses.map(async (response) => ({ status: response.status, body: await response.json() })),
  )
}

/** Plays `ROUNDS` rounds; answers how often each outcome came. */
async function play(round: (number: number) => Promise<string>): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  let next = 0
  const player = async (): Promise<void> => {
    while (next < ROUNDS) {
      next += 1
      const outcome = await round(next)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, player))
  return outcomes
}

/** What happened in a round, in the order of the alphabet: who wins is nobody's business. */
function outcomeOf(answers: readonly Answer[]): string {
  return answers
    .map(({ status, body }) =>
      status < 300 ? String(status) : `${status} ${JSON.stringify(body)}`,
    )
    .sort()
    .join(' | ')
}

function registration(username: string, email: string): Readonly<Record<string, string>> {
  return { username, email, password1: PASSWORD, password2: PASSWORD }
}

describe('two registrations of one name', () => {
  test(
    `one of them makes the account, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const app = await createTestApp({ env: NO_LIMITS })
      const outcomes = await play(async (number) =>
        outcomeOf(
          await atOnce([
            () =>
              app.post('/registration/', registration(`ada${number}`, `a${number}@example.com`)),
            () =>
              app.post('/registration/', registration(`ADA${number}`, `b${number}@example.com`)),
          ]),
        ),
      )
      const loser = '400 {"username":["A user with that username already exists."]}'
      expect(outcomes).toEqual({ [`201 | ${loser}`]: ROUNDS })
    },
    PATIENCE_MS,
  )

  test('so it is among 32', async () => {
    const app = await createTestApp({ env: NO_LIMITS })
    const asks = Array.from({ length: 32 }, (_, number) => () => {
      return app.post('/registration/', registration('ada', `ada${number}@example.com`))
    })
    const statuses = (await atOnce(asks)).map(({ status }) => status).sort((a, b) => a - b)
    expect(statuses).toEqual([201, ...Array.from({ length: 31 }, () => 400)])
  })
})

describe('two uses of one reset token', () => {
  const users = Array.from({ length: ROUNDS_AT_ONCE }, (_, index) =>
    aUser({ username: `user${index}`, password: PASSWORD }),
  )
  let app: TestApp

  async function resetLink(email: string): Promise<{ uid: string; token: string }> {
    await app.post('/password/reset/', { email })
    await app.settle()
    const index = app.mailbox.findIndex(
      ({ to, text }) => to === email && text.includes('/reset/confirm/'),
    )
    const [mail] = app.mailbox.splice(index, 1)
    const [, uid = '', token = ''] = /confirm\/([^/]+)\/([^/]+)\//.exec(mail?.text ?? '') ?? []
    return { uid, token }
  }

  beforeAll(async () => {
    app = await createTestApp({ env: NO_LIMITS, users })
  })

  test(
    `one of them sets its password, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const free = [...users]
      const outcomes = await play(async (number) => {
        const user = free.pop() ?? expect.fail('more rounds than users')
        const link = await resetLink(user.email)
        const passwords = [`first-staple-${number}`, `second-staple-${number}`]
        const answers = await atOnce(
          passwords.map((password) => () => {
            const body = { ...link, new_password1: password, new_password2: password }
            return app.post('/password/reset/confirm/', body)
          }),
        )
        const logins = await atOnce(
          passwords.map((password) => () => {
            return app.post('/login/', { username: user.username, password })
          }),
        )
        free.push(user)
        const isWinnersPassword = answers.every(
          ({ status }, index) => status === logins[index]?.status,
        )
        return `${outcomeOf(answers)}${isWinnersPassword ? '' : ' but the password is not the winner’s'}`
      })
      expect(outcomes).toEqual({ '200 | 400 {"token":["Invalid value"]}': ROUNDS })
    },
    PATIENCE_MS,
  )
})

describe('two uses of one refresh token', () => {
  const ada = aUser({ username: 'ada', password: PASSWORD })

  async function refreshTwice(app: TestApp): Promise<readonly Answer[]> {
    const login = await app.post('/login/', { username: 'ada', password: PASSWORD })
    const { refresh }: { readonly refresh: string } = await login.json()
    const use = (): Promise<Response> => app.post('/token/refresh/', { refresh })
    return atOnce([use, use])
  }

  test(
    `one of them gets a successor, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const app = await createTestApp({
        env: { ...JWT, REFRESH_TOKEN_GRACE_SECONDS: '0' },
        users: [ada],
      })
      const outcomes = await play(async () => outcomeOf(await refreshTwice(app)))
      const loser = '401 {"detail":"Token is invalid or expired","code":"token_not_valid"}'
      expect(outcomes).toEqual({ [`200 | ${loser}`]: ROUNDS })
    },
    PATIENCE_MS,
  )

  test(
    `within the grace both get the same one, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const app = await createTestApp({ env: JWT, users: [ada] })
      const outcomes = await play(async () => {
        const answers = await refreshTwice(app)
        const successors = new Set(
          answers.map(({ body }) =>
            typeof body === 'object' && body !== null && 'refresh' in body
              ? body.refresh
              : undefined,
          ),
        )
        return `${outcomeOf(answers)}, ${successors.size} successor`
      })
      expect(outcomes).toEqual({ '200 | 200, 1 successor': ROUNDS })
    },
    PATIENCE_MS,
  )
})

describe('two logins of an account without a token', () => {
  test(
    `both get the same key, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const users = Array.from({ length: ROUNDS_AT_ONCE }, (_, index) =>
        aUser({ username: `user${index}`, password: PASSWORD }),
      )
      const app = await createTestApp({ env: NO_LIMITS, users })
      const free = users.map(({ username }) => username)
      const outcomes = await play(async () => {
        const username = free.pop() ?? expect.fail('more rounds than users')
        const logIn = (): Promise<Response> => app.post('/login/', { username, password: PASSWORD })
        const answers = await atOnce([logIn, logIn])
        const keys = new Set(answers.map(({ body }) => JSON.stringify(body)))
        const [{ body } = { body: {} }] = answers
        const key = typeof body === 'object' && body !== null && 'key' in body ? body.key : ''
        const logout = await app.post('/logout/', undefined, {
          Authorization: `Token ${String(key)}`,
        })
        free.push(username)
        return `${outcomeOf(answers)}, ${keys.size} key, logout ${logout.status}`
      })
      expect(outcomes).toEqual({ '200 | 200, 1 key, logout 200': ROUNDS })
    },
    PATIENCE_MS,
  )
})
