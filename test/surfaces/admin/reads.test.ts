import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { adminKeys } from '../../../src/db/schema/operator.ts'
import { describeAdminApi } from '../../../src/surfaces/admin/openapi.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { adminSchemas } from '../../../src/surfaces/admin/schemas.ts'
import { ADMIN_SCOPES } from '../../../src/settings/admin-scopes.ts'
import type { Database } from '../../../src/db/open.ts'
import { seedPasskey, seedSocialAccount, seedTotp } from '../../support/seed.ts'
import { aUser } from '../../support/app.ts'
import { adminWorld, type Call } from './world.ts'

const ALICE = 1

/** Columns whose values nobody may ever see. */
const SECRET_COLUMN =
  /password|key_hash|sealed|auth_hash|code_hash|recovery_salt|public_key|user_handle|credential_id|idempotency_key|nonce_hash|request_id|token/

type World = Awaited<ReturnType<typeof adminWorld>>

async function everythingSeeded(world: World): Promise<void> {
  const { app, headersOf, as } = world
  const deps = app.deps()
  await seedTotp(deps, { userId: ALICE, secret: 'A'.repeat(32), codes: ['abcd-2345', 'efgh-6789'] })
  await seedPasskey(deps, {
    userId: ALICE,
    credentialId: 'credential-of-alice',
    publicKey: 'public-key-of-alice',
    name: 'my phone',
    signCount: 3,
    transports: ['internal'],
  })
  await seedSocialAccount(deps, { userId: ALICE, provider: 'google', uid: '1234' })
  await headersOf('bob')
  const root = await as('root')
  await root('POST', `users/${ALICE}/send-reset/`)
  await root('POST', `users/${ALICE}/end-logins/`)
}

async function secretsOf(db: Database): Promise<readonly (readonly [string, string])[]> {
  const tables = await db.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' and name not like 'libsql_%' and name not like 'sqlite_%'`,
  )
  const found: (readonly [string, string])[] = []
  for (const { name } of tables) {
    const rows = await db.all<Record<string, unknown>>(sql`select * from ${sql.identifier(name)}`)
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        if (!SECRET_COLUMN.test(column) || typeof value !== 'string' || value.length < 6) continue
        found.push([`${name}.${column}`, value])
      }
    }
  }
  return found
}

describe('with all there is of an account', () => {
  let world: World
  let root: Call
  beforeAll(async () => {
    world = await adminWorld({ env: { SESSION_LOGIN: 'true' } })
    await everythingSeeded(world)
    root = await world.as('root')
  })

  test('the whole of an account', async () => {
    const { body } = await root('GET', `users/${ALICE}/`)
    expect(body).toMatchObject({
      username: 'alice',
      passkeys: [{ name: 'my phone' }],
      social_accounts: [{ provider: 'google', uid: '1234' }],
      authenticator_app: { recovery_codes_left: 2 },
    })
    const events = body['events'] as { kind: string }[]
    expect(events.map(({ kind }) => kind)).toContain('reset_requested')
  })

  test('no answer holds a secret, hash or token that is stored, nor one that was', async () => {
    const secrets = await secretsOf(world.db)
    const tables = new Set(secrets.map(([place]) => place))
    expect(tables).toContain('users.password')
    expect(tables).toContain('totp_devices.sealed_secret')
    expect(tables).toContain('passkeys.credential_id')
    const leaks: string[] = []
    for (const { method, path } of adminRoutes.filter((one) => one.method !== 'DELETE')) {
      const answer = await root(
        method,
        path.replace(':id', String(ALICE)),
        method === 'GET' ? undefined : {},
      )
      const { access: _, ...shown } = answer.body
      const text = JSON.stringify(shown)
      for (const [place, secret] of secrets)
        if (text.includes(secret)) leaks.push(`${path} ${place}`)
    }
    expect(leaks).toEqual([])
  })

  test('every answer to a look costs two round trips, and is what its schema says', async () => {
    for (const { path, answers = '' } of adminRoutes.filter(({ method }) => method === 'GET')) {
      let body: Record<string, unknown> = {}
      const { waited } = await world.app.costOf(async () => {
        ;({ body } = await root('GET', path.replace(':id', String(ALICE))))
      })
      expect([path, waited.roundTrips <= 2]).toEqual([path, true])
      const { required } = adminSchemas[answers] as { required: readonly string[] }
      expect([path, Object.keys(body).toSorted()]).toEqual([path, required.toSorted()])
    }
  })

  test('mails and events of it are for those who may see them', async () => {
    const key = await world.withKey(['users:read'])
    expect((await key('GET', `users/${ALICE}/`)).body).toMatchObject({ mails: [], events: [] })
  })

  test('counters, by hour and by day', async () => {
    const { body } = await root('GET', 'counters/?days=1&step=day')
    const counts = body['counts'] as { kind: string; count: number }[]
    expect(counts.find(({ kind }) => kind === 'login')?.count).toBeGreaterThan(2)
  })

  test('the audit log by kind, account, time and doer, page by page', async () => {
    const kinds = async (query: string) => {
      const { body } = await root('GET', `audit/?${query}`)
      return (body['events'] as { kind: string }[]).map(({ kind }) => kind)
    }
    expect(new Set(await kinds('kind=login'))).toEqual(new Set(['login']))
    expect(await kinds('user=4')).toEqual(['login'])
    expect(await kinds('by_others=true&user=1')).toContain('logged_out_everywhere')
    expect(await kinds('until=2020-01-01')).toEqual([])
    const first = (await root('GET', 'audit/?limit=1')).body
    const [newest] = first['events'] as { id: number }[]
    expect(first['next']).toBe(newest?.id)
  })
})

describe('finding', () => {
  const names = ['carol', 'carl', 'dora', 'Carla', 'zed']

  test('pages by name and by age show each account once, under every filter', async () => {
    const world = await adminWorld({
      users: [
        aUser(),
        aUser({ username: 'sam' }),
        aUser({ username: 'root' }),
        ...names.map((username) =>
          aUser({ username, emailVerified: username !== 'dora', email: `${username}@car.example` }),
        ),
        aUser({ username: 'x1', email: 'carx@example.com', isActive: false }),
      ],
    })
    const root = await world.as('root')
    const all = async (query: string): Promise<readonly string[]> => {
      const found: string[] = []
      for (let after: unknown = ''; after !== null;) {
        const { body } = await root('GET', `users/?limit=2&${query}&after=${String(after)}`)
        found.push(...(body['users'] as { username: string }[]).map(({ username }) => username))
        after = body['next']
      }
      return found
    }
    expect(await all('')).toEqual([
      'x1',
      'zed',
      'Carla',
      'dora',
      'carl',
      'carol',
      'root',
      'sam',
      'alice',
    ])
    expect(await all('search=CAR')).toEqual(['carl', 'Carla', 'carol', 'x1'])
    expect(await all('search=car&active=true')).toEqual(['carl', 'Carla', 'carol'])
    expect(await all('search=dora@car')).toEqual(['dora'])
    expect(await all('search=4')).toEqual(['carol'])
    expect(await all('active=false')).toEqual(['x1'])
    expect(await all('staff=true')).toEqual(['root', 'sam'])
    expect(await all('verified=false')).toEqual(['dora'])
    expect(await all(`last_login_since=2020-01-01`)).toEqual([])
    expect(await all('provider=google')).toEqual([])
  })
})

describe('query plans', () => {
  /** How many accounts, made by SQL: `ADMIN_ROWS=1000000` for the real thing. */
  const ROWS = Number(process.env['ADMIN_ROWS'] ?? 2_000)

  test(
    'no statement of a look reads a whole table, whatever is asked',
    { timeout: 600_000 },
    async () => {
      const world = await adminWorld({
        env: {
          DATABASE_TIMEOUT_MS: '600000',
          ADMIN_RATE: '1000/m',
          USER_FIELDS: JSON.stringify({ phone: { type: 'phone', unique: true } }),
        },
      })
      const { app, db } = world
      await manyRows(db, ROWS)
      const root = await world.as('root')
      const statements = new Map<string, readonly unknown[]>()
      app.outside.interceptDatabase(async (request, pass) => {
        for (const [text, args] of statementsOf(await request.clone().text())) {
          statements.set(text, args)
        }
        return pass(request)
      })
      const slow: (readonly [string, number])[] = []
      for (const path of LOOKS) {
        const begun = performance.now()
        const status = { of: 0 }
        const { waited } = await app.costOf(async () => {
          status.of = (await root('GET', path)).status
        })
        expect([path, status.of, waited.roundTrips <= 2]).toEqual([path, 200, true])
        slow.push([path, Math.round(performance.now() - begun)])
      }
      app.outside.interceptDatabase(undefined)
      if (ROWS > 100_000) console.log(slow)
      const scans: string[] = []
      for (const text of statements.keys()) {
        if (!/^\s*(?:select|with)/i.test(text)) continue
        const plan = await db.all<{ detail: string }>(
          sql.raw(`explain query plan ${inlined(text)}`),
        )
        // What a plan makes for itself is as small as the part of an index that it is made of.
        const made = plan.flatMap(
          ({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(detail)?.[1] ?? [],
        )
        const own = new Set([...made, 'found', 'json_each', 'CONSTANT', 'given', 'rates'])
        for (const { detail } of plan) {
          const [, table = ''] = /^SCAN (\w+)(?! USING (?:COVERING )?INDEX)/.exec(detail) ?? []
          if (table !== '' && !own.has(table) && !detail.includes('INDEX')) {
            scans.push(`${detail}: ${text.slice(0, 160)}`)
          }
        }
      }
      expect(scans).toEqual([])
    },
  )

  test('a search that everybody begins with looks at a part at a time, and finds all', async () => {
    const { db, as } = await adminWorld({ env: { ADMIN_RATE: '1000/m' } })
    await manyRows(db, 5_000)
    await db.run(sql`update users set is_staff = 1 where username = 'user999'`)
    const root = await as('root')
    const found: unknown[] = []
    let pages = 0
    for (let next: unknown = ''; next !== null; pages += 1) {
      const { body } = await root('GET', `users/?search=user&staff=true&after=${String(next)}`)
      found.push(...(body['users'] as readonly { readonly username: string }[]))
      next = body['next']
    }
    expect(found).toMatchObject([{ username: 'user999' }])
    expect(pages).toBeGreaterThan(1)
  })

  const LOOKS = [
    'users/',
    'users/?search=user1',
    'users/?search=user1@',
    'users/?search=77',
    'users/?staff=true',
    'users/?active=false',
    'users/?verified=false&provider=google&last_login_since=2026-01-01',
    'users/?search=Ada',
    'users/?field=phone&value=%2B441632960011',
    'users/1/',
    'groups/',
    'invitations/?before=9000',
    'suppressions/?after=user1',
    'webhooks/',
    'webhooks/?failed=true&before=900',
    'audit/?kind=login_failed',
    'audit/?user=1&by_others=true',
    'counters/?days=90&step=day',
    'mails/',
  ]
})

async function manyRows(db: Database, count: number): Promise<void> {
  const numbers = sql`with recursive n(i) as (select 10 union all select i + 1 from n where i < ${count})`
  await db.run(
    sql`${numbers} insert into users (username, username_folded, email, email_folded, password, date_joined_at, is_active)
      select 'user' || i, 'user' || i, 'user' || i || '@example.com', 'user' || i || '@example.com', '!', i, i % 1000 <> 0 from n`,
  )
  await db.run(
    sql`insert into email_addresses (user_id, email, email_folded, is_verified, is_primary)
      select id, email, email_folded, 1, 1 from users where id > 9`,
  )
  await db.run(
    sql`update users set first_name = 'Ada' || id, last_name = 'Love' || id where id > 9`,
  )
  await db.run(
    sql`${numbers} insert into invitations (nonce, email, email_folded, created_at, expires_at)
      select 'n' || i, 'i' || i, 'i' || i, i, i from n`,
  )
  await db.run(
    sql`${numbers} insert into suppressed_addresses (email_folded, reason, suppressed_at)
      select 'user' || i, 'bounced', i from n`,
  )
  await db.run(
    sql`${numbers} insert into webhook_deliveries (endpoint, message_id, type, data, created_at, next_attempt_at)
      select 'crm', 'm' || i, 'login', '{}', i, i from n`,
  )
  await db.run(
    sql`${numbers} insert into audit_events (kind, user_id, detail, happened_at) select 'login', i, '{}', i from n`,
  )
}

/** The statements of a request to the database, with their parameters. */
function statementsOf(text: string): readonly (readonly [string, readonly unknown[]])[] {
  const found: (readonly [string, readonly unknown[]])[] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('sql' in value && typeof value.sql === 'string') found.push([value.sql, []])
    for (const one of Object.values(value)) look(one)
  }
  look(JSON.parse(text))
  return found
}

/** A statement for `explain`, its parameters as nothing. */
function inlined(text: string): string {
  return text.replaceAll('?', 'null')
}

test('the document names every endpoint, and every schema that it names exists', async () => {
  const { app } = await adminWorld()
  const response = await app.request('/admin/openapi.json')
  const document = describeAdminApi(app.settings)
  expect(await response.json()).toEqual(document)
  expect(Object.values(document.paths).flatMap((path) => Object.keys(path))).toHaveLength(
    adminRoutes.length,
  )
  const text = JSON.stringify(document)
  const named = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name)
  expect(named.filter((name) => adminSchemas[name ?? ''] === undefined)).toEqual([])
  const user = await (await app.request('/openapi.json')).text()
  expect(user).not.toContain('admin/api')
})

test('keys are stored as hashes, found by them, and their use is noted once an hour', async () => {
  const { app, db, withKey } = await adminWorld()
  const key = await withKey(ADMIN_SCOPES)
  await key('GET', 'me/')
  await app.settle()
  const [row] = await db.select().from(adminKeys)
  expect(row?.keyHash).toMatch(/^[0-9a-f]{64}$/)
  expect(row?.lastUsedAt).toEqual(app.deps().now)
  const { total } = await app.costOf(() => key('GET', 'me/'))
  expect(total).toEqual({ roundTrips: 1, statements: 1 })
})
