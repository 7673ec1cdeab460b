import { expect, test } from 'vitest'
import { deleteAccount } from '../../../src/core/accounts/delete-account.ts'
import { deliverWebhooks } from '../../../src/core/events/deliver-webhooks.ts'
import { findUsers } from '../../../src/core/operator/search.sql.ts'
import { publicIds } from '../../../src/db/schema/public-ids.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const KEY = 'b'.repeat(40)
const UUID = '6f1ed002-ab5b-4e0e-8f5c-1d2e3f405162'
const UUID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function anApp(USER_PK: 'uuid' | 'integer'): Promise<TestApp> {
  const WEBHOOKS = { crm: { url: 'https://crm.example.com/hooks', secrets: [SECRET] } }
  return createTestApp({
    env: {
      USER_PK,
      WEBHOOKS: JSON.stringify(WEBHOOKS),
      WEBHOOK_LOGIN_FAILED_PERCENT: '100',
    },
    users: [aUser({ tokenKey: KEY })],
    now: new Date(),
  })
}

type Told = {
  readonly type: string
  readonly data: { readonly user: Readonly<Record<string, unknown>> }
}

async function told(app: TestApp): Promise<readonly Told[]> {
  await app.settle()
  const bodies: Told[] = []
  const fetch = async (...[input, init]: Parameters<typeof globalThis.fetch>) => {
    bodies.push((await new Request(input, init).json()) as Told)
    return new Response('thanks')
  }
  await deliverWebhooks({ ...app.deps(), fetch }, 200)
  return bodies
}

async function pkOf(app: TestApp): Promise<unknown> {
  const response = await app.request('user/', { headers: { Authorization: `Token ${KEY}` } })
  await app.settle()
  return Reflect.get((await response.json()) as object, 'pk')
}

test('webhooks name an account as tokens do, from its first event on', async () => {
  const app = await anApp('uuid')
  await app.post('registration/', {
    username: 'bob',
    email: 'bob@example.com',
    password1: 'a-good-long-phrase',
    password2: 'a-good-long-phrase',
  })
  await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  const messages = await told(app)
  expect(messages.map(({ type }) => type)).toEqual(['user.created', 'login'])
  const [bob, alice] = messages.map(({ data }) => data.user)
  expect(bob).toMatchObject({ id: 2, pk: expect.stringMatching(UUID_SHAPE) as unknown })
  expect(alice).toMatchObject({ id: 1, pk: await pkOf(app) })
})

test('what is told of one that nobody has named yet is its name later', async () => {
  const app = await anApp('uuid')
  await app.post('login/', { username: 'alice', password: 'wrong' })
  await app.deps().db.delete(publicIds)
  const [message] = await told(app)
  expect(message?.data.user['pk']).toMatch(UUID_SHAPE)
  expect(await pkOf(app)).toBe(message?.data.user['pk'])
})

test.each(['soft', 'hard'] as const)('who is gone is named for the last time: %s', async (how) => {
  const app = await anApp('uuid')
  const { db, settings, ...deps } = app.deps()
  await db.insert(publicIds).values({ userId: 1, publicId: UUID })
  await deleteAccount(
    { db, ...deps, settings: { ...settings, ACCOUNT_DELETION: how }, actor: { kind: 'operator' } },
    1,
    'operator',
  )
  expect((await told(app)).map(({ type, data }) => [type, data.user['pk']])).toEqual([
    ['user.deleted', UUID],
  ])
  expect(await db.select().from(publicIds)).toEqual([])
})

test('with numbers nothing is added', async () => {
  const app = await anApp('integer')
  await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  expect((await told(app))[0]?.data.user).toEqual({
    id: 1,
    username: 'alice',
    email: 'alice@example.com',
    is_active: true,
  })
})

test.each([UUID, UUID.toUpperCase(), UUID.replaceAll('-', '')])(
  'an operator finds an account by the id that clients see: %s',
  async (search) => {
    const app = await anApp('uuid')
    const { db } = app.deps()
    await db.insert(publicIds).values({ userId: 1, publicId: UUID })
    const found = await findUsers(db, { search }, { limit: 10 })
    expect(found).toMatchObject({ users: [{ id: 1 }], next: undefined })
    const filtered = await findUsers(db, { search, isActive: false }, { limit: 10 })
    expect(filtered).toMatchObject({ users: [] })
  },
)
