import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Count } from '../../../src/core/limits/count.ts'
import { countFor, countLogin, countOf } from '../../../src/core/limits/rate-limits.ts'
import { RATE_ACTIONS } from '../../../src/settings/rates.ts'
import { countRequest } from '../../../src/core/limits/throttle.sql.ts'
import { unlock } from '../../../src/core/operator/unlock.ts'
import { countGuess } from '../../../src/core/second-factor/failures.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { aUser, createTestApp } from '../../support/app.ts'

const OWNER = sql`(select id from users where id = ${sql.placeholder('userId')})`

test('unlock forgets every counter of the account, and none of anybody else', async () => {
  const app = await createTestApp({
    users: [aUser(), aUser({ username: 'bob' })],
    env: {
      ACCOUNT_RATE_LIMITS: JSON.stringify(
        Object.fromEntries(RATE_ACTIONS.map((action) => [action, '99/h/user,99/h/key,99/h/ip'])),
      ),
      DEFAULT_THROTTLE_RATES: '{"dj_rest_auth":"9/m"}',
    },
  })
  const deps = app.deps()
  const { db } = deps
  const counts: (Count | undefined)[] = []
  for (const action of RATE_ACTIONS) {
    for (const [userId, key] of [
      [1, 'alice'],
      [1, 'alice@example.com'],
      [2, 'bob@example.com'],
    ] as const) {
      counts.push(await countFor(deps, action, { userId, key }))
    }
  }
  for (const [userId, name] of [
    [1, 'alice'],
    [2, 'bob'],
  ] as const) {
    counts.push(countGuess(deps, userId))
    counts.push(
      countOf(deps, 'dj_rest_auth', [
        { key: `dj_rest_auth:user:${userId}`, limit: 9, windowMs: 60_000 },
      ]),
    )
    const device = { userId, version: 0, deviceId: 'z_-9' }
    counts.push(
      await countLogin(deps, { typed: name, accounts: { id: OWNER, values: { userId } }, device }),
    )
    await app.post('/login/', { username: name, password: 'wrong-horse' })
  }
  await app.settle()
  for (const count of counts) if (count !== undefined) await countRequest(db, count)
  const hits = async () => (await db.select().from(throttleHits)).map(({ key }) => key)
  const others = (keys: readonly string[]) => keys.filter((key) => !/:user:1(?::|$)/.test(key))
  const before = await hits()
  expect(before).toContain('login_failed:3600:user:1:d:z_-9')
  expect(await unlock(deps, 1)).toBe('changed')
  const after = await hits()
  expect(after.filter((key) => /:user:1(?::|$)/.test(key))).toEqual([])
  // By name, too: two names of alice for each action are gone, what is bob's and the client's is there.
  const keyed = (keys: readonly string[]) => keys.filter((key) => key.includes(':key:')).length
  expect(keyed(before) - keyed(after)).toBe(2 * RATE_ACTIONS.length + 2)
  expect(after.filter((key) => !key.includes(':key:'))).toEqual(
    others(before).filter((key) => !key.includes(':key:')),
  )
})
