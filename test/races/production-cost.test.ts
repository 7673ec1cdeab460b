/**
 * The races of stale-proofs.test.ts as they happen: production's hash cost, no artificial order, the attacker's
 * request at a random moment of the owner's. A few rounds by default; `RACE_ROUNDS=200` plays as many of each.
 */
import { describe, expect, test } from 'vitest'
import { deactivateAccount } from '../../src/core/accounts/operator.ts'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { socialAccounts } from '../../src/db/schema/social.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { seedSocialAccount } from '../support/seed.ts'

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 2)
const PATIENCE_MS = 30_000 + ROUNDS * 5_000
/** Longer than a hash takes, so that the attacker's request begins before, within and after the owner's. */
const WINDOW_MS = 150

const PASSWORDS = ['right-horse-staple', 'another-horse-staple']
const ENV = {
  ...SOCIAL_ENV,
  ACCOUNT_RATE_LIMITS: 'false',
  DATABASE_TIMEOUT_MS: '60000',
  PASSWORD_PBKDF2_CALLS: '6',
  PASSWORD_PBKDF2_ITERATIONS: '100000',
}
const JWT = { ...ENV, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const FB = { access_token: 'fb-token' }

type Round = { readonly app: TestApp; readonly old: string; readonly next: string }
type Tokens = { readonly key?: string; readonly access?: string; readonly refresh?: string }

const atRandom = () => new Promise((resolve) => setTimeout(resolve, Math.random() * WINDOW_MS))

async function logIn({ app, old }: Round): Promise<Tokens> {
  const response = await app.post('login/', { username: 'alice', password: old })
  return response.status === 200 ? response.json() : {}
}

function headersOf({ key, access }: Tokens): Record<string, string> {
  return { Authorization: key === undefined ? `Bearer ${access}` : `Token ${key}` }
}

async function change(round: Round, owner: Tokens): Promise<void> {
  const body = { new_password1: round.next, new_password2: round.next }
  const response = await round.app.post('password/change/', body, headersOf(owner))
  expect(response.status).toBe(200)
}

/** Whether the tokens open the account, or renew themselves. */
async function isAlive({ app }: Round, tokens: Tokens): Promise<boolean> {
  const { key, access, refresh } = tokens
  if (key === undefined && access === undefined) return false
  const me = await app.request('user/', { headers: headersOf(tokens) })
  if (me.status === 200) return true
  if (refresh === undefined) return false
  return (await app.post('token/refresh/', { refresh })).status === 200
}

async function play(
  env: Readonly<Record<string, string>>,
  playRound: (round: Round) => Promise<boolean>,
): Promise<number> {
  const app = await createTestApp({ env, users: [aUser({ password: PASSWORDS[0] ?? '' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  let survived = 0
  for (let index = 0; index < ROUNDS; index += 1) {
    const old = PASSWORDS[index % 2] ?? ''
    const next = PASSWORDS[(index + 1) % 2] ?? ''
    if (await playRound({ app, old, next })) survived += 1
    await app.settle()
  }
  await app.post('facebook/', FB)
  return survived
}

describe(`of ${ROUNDS} attackers`, () => {
  test(
    'none keeps a key over a reset',
    async () => {
      const survived = await play(ENV, async (round) => {
        const { app, next } = round
        await app.post('password/reset/', { email: 'alice@example.com' })
        await app.settle()
        const mail = app.mailbox.findLast(({ text }) => text.includes('/confirm/'))
        const [, uid, token] = /confirm\/([^/]+)\/([^/]+)\//.exec(mail?.text ?? '') ?? []
        const body = { uid, token, new_password1: next, new_password2: next }
        const reset = app.post('password/reset/confirm/', body)
        await atRandom()
        const [evil] = await Promise.all([logIn(round), reset])
        await app.settle()
        return isAlive(round, evil)
      })
      expect(survived).toBe(0)
    },
    PATIENCE_MS,
  )

  test(
    'none keeps a JWT pair over a password change',
    async () => {
      const survived = await play(JWT, async (round) => {
        const owner = await logIn(round)
        const changing = change(round, owner)
        await atRandom()
        const [evil] = await Promise.all([logIn(round), changing])
        await round.app.settle()
        return isAlive(round, evil)
      })
      expect(survived).toBe(0)
    },
    PATIENCE_MS,
  )

  test(
    'none refreshes over a password change',
    async () => {
      const survived = await play(JWT, async (round) => {
        const [owner, stolen] = [await logIn(round), await logIn(round)]
        const changing = change(round, owner)
        await atRandom()
        const answering = round.app.post('token/refresh/', { refresh: stolen.refresh })
        const [answer] = await Promise.all([answering, changing])
        await round.app.settle()
        return isAlive(round, answer.status === 200 ? await answer.json() : {})
      })
      expect(survived).toBe(0)
    },
    PATIENCE_MS,
  )

  test(
    'none connects after a password change',
    async () => {
      const survived = await play(ENV, async (round) => {
        const owner = await logIn(round)
        const changing = change(round, owner)
        await atRandom()
        const connecting = round.app.post('facebook/connect/', FB, headersOf(owner))
        await Promise.all([connecting, changing])
        const { db } = round.app.deps()
        await db.delete(socialAccounts)
        // Events are written in the batch of their cause: the order of the two commits.
        const events = await db.delete(auditEvents).returning({ kind: auditEvents.kind })
        const kinds = events.map(({ kind }) => kind)
        const connectedAt = kinds.indexOf('social_account_connected')
        return connectedAt > kinds.indexOf('password_changed')
      })
      expect(survived).toBe(0)
    },
    PATIENCE_MS,
  )

  test.each([
    ['password', (round: Round) => logIn(round)],
    [
      'provider',
      async ({ app }: Round) => {
        const response = await app.post('facebook/', FB)
        return response.status === 200 ? response.json() : {}
      },
    ],
  ] as const)(
    'none logs in by %s over a deactivation',
    async (_, attack) => {
      const survived = await play(JWT, async (round) => {
        const { app } = round
        const { db } = app.deps()
        await db.delete(socialAccounts)
        await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: '10001' })
        const attacking = attack({ ...round, old: PASSWORDS[0] ?? '' })
        await atRandom()
        const [evil] = await Promise.all([attacking, deactivateAccount(app.deps(), 1)])
        await app.settle()
        const whileInactive = await isAlive(round, evil)
        await db.update(users).set({ isActive: true })
        return whileInactive || isAlive(round, evil)
      })
      expect(survived).toBe(0)
    },
    PATIENCE_MS,
  )
})
