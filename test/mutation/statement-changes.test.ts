import { createClient } from '@libsql/client/web'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { databaseTransport, requestToDatabase } from '../support/database-fetch.ts'
import type { Test } from './stand-in.ts'
import { watchStatements } from './statement-changes.ts'

test('a watched statement loses its condition, and both clients are answered as ever', async () => {
  const app = await createTestApp({ users: [aUser(), aUser({ username: 'bob' })] })
  const { db } = app.deps()
  const rename = async (name: string): Promise<number> => {
    await db.update(users).set({ firstName: name }).where(eq(users.username, 'alice'))
    const named = await db.select({ id: users.id }).from(users).where(eq(users.firstName, name))
    return named.length
  }
  const official = createClient({
    url: app.settings.TURSO_DATABASE_URL,
    fetch: async (request: Request) => databaseTransport.send(await requestToDatabase(request)),
  })
  const group = { name: '', parent: undefined, beforeAll: [], afterAll: [] }
  const renaming: Test = {
    name: 'renames',
    group: { ...group, beforeEach: [], afterEach: [] },
    run: () => undefined,
    timeoutMs: undefined,
  }
  const { send } = databaseTransport
  try {
    const watched = watchStatements(['users'])
    expect(await watched.during(renaming, () => rename('one'))).toBe(1)
    for (const name of ['once', 'again']) {
      const [, second] = await official.batch(['select 1 as one', `select '${name}' as said`])
      expect(second?.rows).toEqual([{ said: name }])
    }
    const [change, ...others] = watched.changes()
    expect(others).toEqual([])
    expect(change).toMatchObject({ place: 'users', tests: [renaming] })
    change?.switchTo(true)
    expect(await rename('two')).toBe(2)
    change?.switchTo(false)
    expect(await rename('three')).toBe(1)
  } finally {
    databaseTransport.send = send
  }
})
