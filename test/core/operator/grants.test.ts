import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { grant, withdraw } from '../../../src/core/operator/grants.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import {
  groupMembers,
  groupPermissions,
  groups,
  userPermissions,
} from '../../../src/db/schema/roles.ts'
import { ownFields } from '../../../src/db/schema/own-fields.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { manage } from '../../manage/console.ts'

const OPERATOR = { kind: 'operator' } as const
const ada = aUser({ username: 'ada' })
const bob = aUser({ username: 'bob' })

async function appWithStaff(): Promise<TestApp> {
  const app = await createTestApp({ users: [ada, bob] })
  const { db } = app.deps()
  await db.update(users).set({ isStaff: true }).where(eq(users.id, 1))
  await db.insert(groups).values([{ name: 'editors' }, { name: 'admins' }])
  await db.insert(groupMembers).values([{ userId: 1, groupId: 1 }])
  await db.insert(groupPermissions).values([{ groupId: 1, permission: 'blog.change_post' }])
  await db.insert(userPermissions).values([{ userId: 1, permission: 'blog.add_post' }])
  return app
}

function change(grants: { groups?: readonly string[]; permissions?: readonly string[] }, by = 1) {
  return {
    granter: { kind: 'user', id: by } as const,
    targetId: 2,
    grants: { groups: [], permissions: [], ...grants },
  }
}

describe('staff', () => {
  test('grant what they have, from groups too', async () => {
    const app = await appWithStaff()
    const wanted = { groups: ['editors'], permissions: ['blog.add_post', 'blog.change_post'] }
    const given = { kind: 'granted', changed: 3 }
    expect(await grant(app.deps(), change(wanted))).toEqual(given)
    expect(await grant(app.deps(), change(wanted))).toEqual({ ...given, changed: 0 })
    expect(await withdraw(app.deps(), change(wanted))).toEqual({ kind: 'withdrawn', changed: 3 })
  })

  test.each([
    ['a group that they are not in', { groups: ['editors', 'admins'] }],
    ['a permission that they have not', { permissions: ['blog.add_post', 'auth.delete_user'] }],
  ])('grant nothing where it includes %s', async (_what, wanted) => {
    const app = await appWithStaff()
    expect(await grant(app.deps(), change(wanted))).toEqual({ kind: 'refused' })
    const { db } = app.deps()
    expect(await db.select().from(groupMembers).where(eq(groupMembers.userId, 2))).toEqual([])
    expect(await db.select().from(userPermissions).where(eq(userPermissions.userId, 2))).toEqual([])
    expect(await db.select().from(auditEvents)).toEqual([])
  })

  test('grant no group that is none, and are told which', async () => {
    const app = await appWithStaff()
    const { db } = app.deps()
    const wanted = change({ groups: ['editors', 'nobodys'] })
    const unknown = { kind: 'unknown_group', groups: ['nobodys'] }
    expect(await grant(app.deps(), wanted)).toEqual(unknown)
    await db.update(users).set({ isSuperuser: true }).where(eq(users.id, 1))
    expect(await grant(app.deps(), wanted)).toEqual(unknown)
    expect(await withdraw(app.deps(), wanted)).toEqual(unknown)
    expect(await db.select().from(groups)).toHaveLength(2)
    expect(await db.select().from(auditEvents)).toEqual([])
  })

  test('note what they gave and took, and nothing where nothing changed', async () => {
    const app = await appWithStaff()
    const wanted = change({ groups: ['editors'], permissions: ['blog.add_post'] })
    for (const act of [grant, grant, withdraw, withdraw]) await act(app.deps(), wanted)
    const values = { groups: ['editors'], permissions: ['blog.add_post'] }
    expect(await app.deps().db.select().from(auditEvents)).toMatchObject([
      { kind: 'rights_changed', userId: 2, detail: { after: values } },
      { kind: 'rights_changed', userId: 2, detail: { before: values } },
    ])
  })

  test('take nothing from a superuser, and superusers grant everything', async () => {
    const app = await appWithStaff()
    const { db } = app.deps()
    await db.update(users).set({ isSuperuser: true }).where(eq(users.id, 2))
    expect(await withdraw(app.deps(), change({ groups: ['editors'] }))).toEqual({ kind: 'refused' })
    const toAda = { ...change({ groups: ['admins'] }, 2), targetId: 1 }
    expect(await grant(app.deps(), toAda)).toEqual({ kind: 'granted', changed: 1 })
  })
})

test('nobody who is not staff, or not active, grants anything', async () => {
  const app = await appWithStaff()
  const { db } = app.deps()
  const wanted = { permissions: ['blog.add_post'] }
  await db.update(users).set({ isStaff: false })
  expect(await grant(app.deps(), change(wanted))).toEqual({ kind: 'refused' })
  await db.update(users).set({ isStaff: true, isActive: false })
  expect(await grant(app.deps(), change(wanted))).toEqual({ kind: 'refused' })
  expect(await grant(app.deps(), change(wanted, 99))).toEqual({ kind: 'refused' })
})

test('a permission that Django could not spell is refused', async () => {
  const app = await appWithStaff()
  const wanted = { ...change({ permissions: ['blog'] }), granter: OPERATOR }
  expect(await grant(app.deps(), wanted)).toEqual({ kind: 'invalid', permissions: ['blog'] })
})

test('the operator grants by name, makes groups, and sets fields', async () => {
  const app = await appWithStaff()
  const directory = mkdtempSync(join(tmpdir(), 'manage-grant-'))
  const env = {
    TURSO_DATABASE_URL: app.settings.TURSO_DATABASE_URL,
    SECRET_KEY: app.settings.SECRET_KEY,
    USER_FIELDS: JSON.stringify({ plan: { write: 'server' }, tags: { type: 'json' } }),
  }
  const run = (...args: readonly string[]) => manage({ env, directory }, 'user', ...args)
  const granted = await run('grant', 'bob', '--group', 'new', '--permission', 'a.b', '--json')
  expect(granted.json()).toEqual({ id: 2, username: 'bob', changed: 2 })
  expect((await run('withdraw', 'bob', '--group', 'new', '--json')).json()).toEqual({
    id: 2,
    username: 'bob',
    changed: 1,
  })
  expect((await run('set-fields', 'bob', 'plan=pro', 'tags=["a"]')).code).toBe(0)
  const { db } = app.deps()
  expect(await db.select().from(ownFields)).toEqual([
    { userId: 2, document: { plan: 'pro', tags: ['a'] } },
  ])
  expect((await run('set-fields', 'bob', 'nope=1')).code).not.toBe(0)
})
