import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { deleteExpired, retentionOf } from '../../src/db/expired.ts'
import { createTestApp } from '../support/app.ts'

/** What ends in half a minute at a thousand logins a second. */
const ROWS = 30_000

test.each([
  ['by default, all that a minute brings', {}, 0],
  ['on the free plan, what its few requests are enough for', { CRON_MAX_SUBREQUESTS: 50 }, 26_000],
])('one run of the cron handler deletes, %s', async (_what, env, left) => {
  const app = await createTestApp({ env })
  const { db, settings, now } = app.deps()
  await db.run(sql`insert into throttle_hits (key, request_id, hit_at, expires_at)
    with recursive rows(n) as (select 1 union all select n + 1 from rows where n < ${ROWS})
    select 'k' || n, '', 0, 1 from rows`)
  expect(await deleteExpired(db, now, retentionOf(settings))).toBe(ROWS - left)
  const [row] = await db.all<{ left: number }>(sql`select count(*) as left from throttle_hits`)
  expect(row?.left).toBe(left)
})
