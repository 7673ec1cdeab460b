import { eq } from 'drizzle-orm'
import { users } from '../../../src/db/schema/users.ts'
import type { AdminScope } from '../../../src/settings/admin-scopes.ts'
import { anAdminKey } from '../../support/admin-key.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'

/** What an answer of the admin API was. */
type Answer = {
  readonly status: number
  // What tests look into.
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** Somebody who calls it. */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

/** An app with the admin API on; alice is a plain user, sam is staff, root a superuser. */
export async function adminWorld(options: TestAppOptions = {}) {
  const app = await createTestApp({
    users: ['alice', 'sam', 'root', 'bob'].map((username) => aUser({ username })),
    ...options,
    env: { ADMIN_API: 'true', USE_JWT: 'true', ...options.env },
  })
  const { db } = app.deps()
  await db.update(users).set({ isStaff: true }).where(eq(users.username, 'sam'))
  await db.update(users).set({ isStaff: true, isSuperuser: true }).where(eq(users.username, 'root'))
  return {
    app,
    db,
    as: async (username: string) => callerOf(app, await headersOf(app, username)),
    headersOf: (username: string) => headersOf(app, username),
    withHeaders: (headers: HeadersInit) => callerOf(app, headers),
    withKey: async (scopes: readonly AdminScope[]) => {
      const key = await anAdminKey(app.deps(), scopes)
      return callerOf(app, { Authorization: `Bearer ${key}` })
    },
  }
}

async function headersOf(app: TestApp, username: string): Promise<Record<string, string>> {
  const response = await app.post('/login/', { username, password: 'right-horse-staple' })
  await app.settle()
  const { access, key } = await response.json()
  return { Authorization: access === undefined ? `Token ${key}` : `Bearer ${access}` }
}

function callerOf(app: TestApp, headers: HeadersInit): Call {
  return async (method, path, body) => {
    const all = new Headers(headers)
    if (body !== undefined) all.set('Content-Type', 'application/json')
    const response = await app.request(`/admin/api/${path}`, {
      method,
      headers: all,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: text === '' ? {} : JSON.parse(text),
      headers: response.headers,
    }
  }
}
