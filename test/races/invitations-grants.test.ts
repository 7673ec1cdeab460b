import { desc, eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { invite, withdrawInvitation } from '../../src/core/accounts/invitations.ts'
import { grant, withdraw } from '../../src/core/operator/grants.ts'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { groupMembers, groups, userPermissions } from '../../src/db/schema/roles.ts'
import { users } from '../../src/db/schema/users.ts'
import { invitations } from '../../src/db/schema/lifecycle.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 200)
const PATIENCE_MS = 240_000
const PASSWORD = 'right-horse-staple'
const ENV = {
  REGISTRATION: 'invited',
  ACCOUNT_RATE_LIMITS: 'false',
  // Only the invitation is to say who comes too late.
  ACCOUNT_UNIQUE_EMAIL: 'false',
  DATABASE_TIMEOUT_MS: '60000',
}
const context = { origin: '', language: 'en' } as const

/** Plays so many rounds; answers how often each outcome came. */
async function play(round: (number: number) => Promise<string>): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  for (let number = 1; number <= ROUNDS; number += 1) {
    const outcome = await round(number)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  return outcomes
}

/** Half of the time the other way round, so that each may come first. */
async function together<First, Second>(
  number: number,
  first: () => Promise<First>,
  second: () => Promise<Second>,
): Promise<readonly [First, Second]> {
  if (number % 2 === 0) return Promise.all([first(), second()])
  const [later, earlier] = await Promise.all([second(), first()])
  return [earlier, later]
}

async function invited(app: TestApp, email: string) {
  const outcome = await invite(app.deps(), { email, context })
  if (outcome.kind !== 'invited') throw new Error(outcome.kind)
  return outcome
}

function register(app: TestApp, username: string, email: string, invitation: string) {
  const passwords = { password1: PASSWORD, password2: PASSWORD }
  return app.post('/registration/', { username, email, invitation, ...passwords })
}

describe('an invitation', () => {
  test(
    `used twice at once makes one account, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const app = await createTestApp({ env: ENV })
      const outcomes = await play(async (number) => {
        const email = `a${number}@example.com`
        const { key } = await invited(app, email)
        const answers = await together(
          number,
          () => register(app, `ada${number}`, email, key),
          () => register(app, `bob${number}`, email, key),
        )
        return answers
          .map(({ status }) => String(status))
          .sort()
          .join(' ')
      })
      expect(outcomes).toEqual({ '201 400': ROUNDS })
      expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(ROUNDS)
    },
    PATIENCE_MS,
  )

  test(
    `used and taken back at once does one of both, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const app = await createTestApp({ env: ENV })
      const { db } = app.deps()
      const outcomes = await play(async (number) => {
        const email = `a${number}@example.com`
        const { key, id } = await invited(app, email)
        const [answer, outcome] = await together(
          number,
          () => register(app, `ada${number}`, email, key),
          () => withdrawInvitation(app.deps(), id),
        )
        const [row] = await db.select().from(invitations).where(eq(invitations.id, id))
        const isMade = answer.status === 201
        expect([row?.acceptedAt !== null, row?.userId !== null]).toEqual([isMade, isMade])
        expect(row?.revokedAt !== null).toBe(!isMade)
        return `${answer.status} ${outcome}`
      })
      const { '201 not_pending': made = 0, '400 revoked': revoked = 0, ...others } = outcomes
      expect({ others, all: made + revoked }).toEqual({ others: {}, all: ROUNDS })
      expect(await db.select({ id: users.id }).from(users)).toHaveLength(made)
    },
    PATIENCE_MS,
  )
})

describe('what staff give', () => {
  const GRANTS = { groups: ['editors'], permissions: ['blog.add_post'] }
  const BY_ADA = { granter: { kind: 'user', id: 1 }, targetId: 2, grants: GRANTS } as const
  const TO_ADA = { granter: { kind: 'operator' }, targetId: 1, grants: GRANTS } as const

  async function staffApp(): Promise<TestApp> {
    const app = await createTestApp({
      env: ENV,
      users: [aUser({ username: 'ada' }), aUser({ username: 'bob' })],
    })
    const { db } = app.deps()
    await db.update(users).set({ isStaff: true }).where(eq(users.id, 1))
    await db.insert(groups).values([{ name: 'editors' }])
    return app
  }

  async function held(app: TestApp, userId: number): Promise<number> {
    const { db } = app.deps()
    const rows = await Promise.all([
      db.select().from(groupMembers).where(eq(groupMembers.userId, userId)),
      db.select().from(userPermissions).where(eq(userPermissions.userId, userId)),
    ])
    return rows.flat().length
  }

  test(
    'is all of it or nothing, while it is taken from who gives',
    async () => {
      const app = await staffApp()
      const outcomes = await play(async (number) => {
        await withdraw(app.deps(), { ...TO_ADA, targetId: 2 })
        await grant(app.deps(), TO_ADA)
        const [given] = await together(
          number,
          () => grant(app.deps(), BY_ADA),
          () => withdraw(app.deps(), TO_ADA),
        )
        expect(await held(app, 1)).toBe(0)
        // Whoever gave had it still: what was taken from them is what happened last.
        const [last] = await app
          .deps()
          .db.select()
          .from(auditEvents)
          .orderBy(desc(auditEvents.id))
          .limit(1)
        expect(last).toMatchObject({ kind: 'rights_changed', userId: 1 })
        expect(await held(app, 2)).toBe(given.kind === 'granted' ? 2 : 0)
        return given.kind
      })
      const { granted = 0, refused = 0, ...others } = outcomes
      expect({ others, all: granted + refused }).toEqual({ others: {}, all: ROUNDS })
    },
    PATIENCE_MS,
  )

  test(
    'twice at once is given, and noted, once; taken as well',
    async () => {
      const app = await staffApp()
      const { db } = app.deps()
      const outcomes = await play(async () => {
        const given = await Promise.all([grant(app.deps(), TO_ADA), grant(app.deps(), TO_ADA)])
        const taken = await Promise.all([
          withdraw(app.deps(), TO_ADA),
          withdraw(app.deps(), TO_ADA),
        ])
        return [given, taken]
          .map((both) =>
            both
              .map((one) => String('changed' in one ? one.changed : one.kind))
              .sort()
              .join(),
          )
          .join(' ')
      })
      expect(outcomes).toEqual({ '0,2 0,2': ROUNDS })
      const noted = db.select().from(auditEvents).where(eq(auditEvents.kind, 'rights_changed'))
      expect(await noted).toHaveLength(2 * ROUNDS)
    },
    PATIENCE_MS,
  )
})
