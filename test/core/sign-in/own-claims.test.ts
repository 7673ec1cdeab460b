import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  groupMembers,
  groupPermissions,
  groups,
  userPermissions,
} from '../../../src/db/schema/roles.ts'
import { ownFields } from '../../../src/db/schema/own-fields.ts'
import { publicIds } from '../../../src/db/schema/public-ids.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { REQUIRED_ENV } from '../../support/settings.ts'
import { requireUser } from '../../../src/guard/guard.ts'

const PASSWORD = 'right-horse-staple'
const ada = aUser({ username: 'ada', password: PASSWORD })
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const env = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  USER_FIELDS: {
    plan: { type: 'choice', choices: ['free', 'pro'], default: 'free', write: 'server' },
  },
  USER_ROLES: 'is_staff,groups,permissions',
  JWT_CLAIMS: {
    plan: 'plan',
    roles: 'roles',
    permissions: 'permissions',
    mail: 'email',
    sub: 'pk',
    tenant: { value: { id: 7 } },
  },
}

type Pair = {
  readonly access: string
  readonly refresh: string
  readonly user: Readonly<Record<string, unknown>>
}

async function logIn(app: TestApp): Promise<Pair> {
  const response = await app.post('/login/', { username: 'ada', password: PASSWORD })
  expect(response.status).toBe(200)
  await app.settle()
  return response.json()
}

/** What an operator, or another program, does to the account behind the service's back. */
async function promote(app: TestApp): Promise<void> {
  const { db } = app.deps()
  await db.update(users).set({ isStaff: true })
  await db.insert(groups).values([{ name: 'editors' }, { name: 'authors' }])
  await db.insert(groupMembers).values([
    { userId: 1, groupId: 1 },
    { userId: 1, groupId: 2 },
  ])
  await db.insert(groupPermissions).values([{ groupId: 1, permission: 'blog.change_post' }])
  await db.insert(userPermissions).values([
    { userId: 1, permission: 'blog.add_post', model: 'post' },
    { userId: 1, permission: 'blog.change_post' },
  ])
  await db.insert(ownFields).values({ userId: 1, document: { plan: 'pro' } })
}

describe('claims and rights', () => {
  test('are in tokens and in user/, and fresh at every refresh', async () => {
    const app = await createTestApp({ env, users: [ada] })
    const first = await logIn(app)
    expect(first.user).toMatchObject({ plan: 'free', is_staff: false, groups: [], permissions: [] })
    const before = { plan: 'free', roles: [], permissions: [], mail: 'ada@example.com', sub: '1' }
    expect(decodeJwt(first.access)).toMatchObject({ ...before, tenant: { id: 7 }, user_id: '1' })

    await promote(app)
    const refreshed = await app.post('/token/refresh/', { refresh: first.refresh })
    const second: Pair = await refreshed.json()
    const rights = {
      roles: ['staff', 'authors', 'editors'],
      permissions: ['blog.add_post', 'blog.change_post'],
    }
    expect(decodeJwt(second.access)).toMatchObject({ ...rights, plan: 'pro' })
    expect(decodeJwt(second.refresh)).toMatchObject({ ...rights, plan: 'pro' })
    const headers = { Authorization: `Bearer ${second.access}` }
    expect(await (await app.request('/user/', { headers })).json()).toMatchObject({
      plan: 'pro',
      is_staff: true,
      groups: ['authors', 'editors'],
      permissions: rights.permissions,
    })
  })

  test('are what a guard asks for, by type', async () => {
    const app = await createTestApp({ env, users: [ada] })
    await promote(app)
    const { access } = await logIn(app)
    const request = new Request('https://api.example/', {
      headers: { Authorization: `Bearer ${access}` },
    })
    const options = {
      secret: REQUIRED_ENV.SECRET_KEY,
      roles: ['editors'],
      now: () => app.deps().now.getTime(),
    }
    const user = await requireUser<{ plan: 'free' | 'pro' }>(request, options)
    const plan: 'free' | 'pro' | undefined = user.claims.plan
    expect(plan).toBe('pro')
    expect(user.roles).toEqual(['staff', 'authors', 'editors'])
    const refused = requireUser(request, { ...options, roles: ['admins'] })
    await expect(refused).rejects.toMatchObject({ status: 403 })
  })

  test('a claim that would make tokens too long is left out', async () => {
    const app = await createTestApp({
      env: {
        ...env,
        JWT_CLAIMS_MAX_BYTES: '120',
        JWT_CLAIMS: { plan: 'plan', permissions: 'permissions' },
      },
      users: [ada],
    })
    const many = Array.from({ length: 300 }, (_, index) => ({
      userId: 1,
      permission: `app.do_${index}`,
    }))
    await app.deps().db.insert(userPermissions).values(many)
    const { access, user } = await logIn(app)
    expect(decodeJwt(access)).toMatchObject({ plan: 'free' })
    expect(decodeJwt(access)).not.toHaveProperty('permissions')
    expect(user['permissions']).toHaveLength(200)
  })

  test('are told of opaque keys, too', async () => {
    const app = await createTestApp({
      env: {
        ...env,
        USE_JWT: 'false',
        INTROSPECTION_CLIENTS: { api: 'sesame-sesame-sesame-sesame-1234' },
      },
      users: [aUser({ username: 'ada', tokenKey: 'f'.repeat(40) })],
    })
    await promote(app)
    const authorization = `Basic ${btoa('api:sesame-sesame-sesame-sesame-1234')}`
    const response = await app.post(
      '/token/introspect/',
      { token: 'f'.repeat(40) },
      { Authorization: authorization },
    )
    expect(await response.json()).toMatchObject({ active: true, plan: 'pro', tenant: { id: 7 } })
  })
})

describe('public ids', () => {
  const uuids = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', USER_PK: 'uuid' }

  test('a new account is known by a random one from its first answer on', async () => {
    const app = await createTestApp({ env: uuids })
    const response = await app.post('/registration/', {
      username: 'bob',
      email: 'bob@example.com',
      password1: PASSWORD,
      password2: PASSWORD,
    })
    const { access, user }: Pair = await response.json()
    expect(user['pk']).toMatch(UUID)
    expect(decodeJwt(access)['user_id']).toBe(user['pk'])
    const headers = { Authorization: `Bearer ${access}` }
    const again = await app.request('/user/', { headers })
    expect(await again.json()).toMatchObject({ pk: user['pk'], username: 'bob' })
  })

  test('an old account gets one with its next request, and its tokens go on', async () => {
    const before = await createTestApp({ env: { ...uuids, USER_PK: 'integer' }, users: [ada] })
    const old = await logIn(before)
    expect(old.user['pk']).toBe(1)
    const app = await createTestApp({ env: uuids, data: 'kept' })
    const headers = { Authorization: `Bearer ${old.access}` }
    const seen: { pk: string } = await (await app.request('/user/', { headers })).json()
    expect(seen.pk).toMatch(UUID)
    await app.settle()
    expect(await app.deps().db.select().from(publicIds)).toEqual([{ userId: 1, publicId: seen.pk }])
    const refreshed = await app.post('/token/refresh/', { refresh: old.refresh })
    const pair: Pair = await refreshed.json()
    expect(decodeJwt(pair.access)['user_id']).toBe(seen.pk)
    expect((await logIn(app)).user['pk']).toBe(seen.pk)
  })

  test('nobody is found by the id of another row', async () => {
    const app = await createTestApp({ env: uuids, users: [ada] })
    const { access } = await logIn(app)
    await app.deps().db.delete(users)
    const headers = { Authorization: `Bearer ${access}` }
    expect((await app.request('/user/', { headers })).status).toBe(401)
  })
})
