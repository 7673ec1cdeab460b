import type { TestApp } from './app.ts'

/** All that is stored, but for counters and what is named besides, when deferred work is done: one text to compare. */
export async function everythingIn(app: TestApp, besides: readonly string[] = []): Promise<string> {
  await app.settle()
  const { db } = app.deps()
  const tables = await db.all<{ readonly name: string }>(
    `select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name`,
  )
  const rows: unknown[] = []
  for (const { name } of tables) {
    if (['throttle_hits', 'event_counts', ...besides].includes(name)) continue
    rows.push([name, await db.all(`select * from ${name}`)])
  }
  return JSON.stringify(rows)
}
