import { describe, expect, test } from 'vitest'
import { groupMembers, groups, userPermissions } from '../../../src/db/schema/roles.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { adminWorld } from './world.ts'

/**
 * Privilege escalation by groups and permissions, which need not be staff's: whoever may change an account could take
 * it over (another address, another password, a token that acts as it), and with it what it may do elsewhere.
 */
const [SAM, BOB] = [2, 4]
const ENV = {
  ADMIN_STAFF_SCOPES:
    'users:read,users:write,users:delete,users:factors,users:impersonate,users:grant,users:invite',
}
const OUTRANKED = { status: 403, code: 'target_outranks' }

async function worldWith(rights: {
  readonly sam: readonly number[]
  readonly bob: readonly number[]
}) {
  const world = await adminWorld({ env: ENV })
  const { db } = world
  await db.insert(groups).values([
    { id: 1, name: 'billing' },
    { id: 2, name: 'support' },
  ])
  const members = [
    ...rights.sam.map((groupId) => ({ userId: SAM, groupId })),
    ...rights.bob.map((groupId) => ({ userId: BOB, groupId })),
  ]
  if (members.length > 0) await db.insert(groupMembers).values(members)
  return { ...world, sam: await world.as('sam') }
}

/** Every act on one account but those of superusers. */
const ACTS = adminRoutes
  .filter(({ method, target, scope }) => {
    return method !== 'GET' && target !== 'none' && scope !== 'superuser'
  })
  .map(({ method, path }) => [method, path.replace(':id', String(BOB))] as const)

describe('staff', () => {
  test.each(ACTS)(
    'does nothing to an account with a group that it has not: %s %s',
    async (method, path) => {
      const { sam } = await worldWith({ sam: [2], bob: [1, 2] })
      const { status, body } = await sam(method, path, method === 'DELETE' ? undefined : {})
      expect({ status, code: body['code'] }).toEqual(OUTRANKED)
    },
  )

  test('nor to one with a permission of its own', async () => {
    const { sam, db } = await worldWith({ sam: [], bob: [] })
    await db.insert(userPermissions).values({ userId: BOB, permission: 'shop.refund' })
    const { status, body } = await sam('POST', `users/${BOB}/impersonate/`, {})
    expect({ status, code: body['code'] }).toEqual(OUTRANKED)
  })

  test('acts on one whose groups it is in', async () => {
    const { sam } = await worldWith({ sam: [1, 2], bob: [1] })
    expect((await sam('POST', `users/${BOB}/impersonate/`, {})).status).toBe(200)
  })

  test('and looks at everybody', async () => {
    const { sam } = await worldWith({ sam: [], bob: [1] })
    expect((await sam('GET', `users/${BOB}/`)).status).toBe(200)
  })

  test('not even where the group is given at the same moment', async () => {
    const { sam, app, db } = await worldWith({ sam: [], bob: [] })
    let calls = 0
    app.outside.interceptDatabase(async (request, pass) => {
      calls += 1
      if (calls === 2) await db.insert(groupMembers).values({ userId: BOB, groupId: 1 })
      return pass(request)
    })
    const { status } = await sam('POST', `users/${BOB}/impersonate/`, {})
    app.outside.interceptDatabase(undefined)
    expect(status).toBe(409)
  })
})

test('superusers, and machines by their scopes, act on them', async () => {
  const { as, withKey } = await worldWith({ sam: [], bob: [1] })
  const root = await as('root')
  expect((await root('POST', `users/${BOB}/unlock/`, {})).status).toBe(200)
  const machine = await withKey(['users:write'])
  expect((await machine('POST', `users/${BOB}/unlock/`, {})).status).toBe(200)
})
