import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { ADMIN_SCOPES } from '../../../src/settings/admin-scopes.ts'
import { aUser } from '../../support/app.ts'
import { anAdminKey } from '../../support/admin-key.ts'
import { seedTotp } from '../../support/seed.ts'
import { adminWorld } from './world.ts'

/** Columns whose values let in, or nearly: hashes, sealed boxes, what links and tokens are made of. */
const SECRET = /password|secret|hash|sealed|nonce|jti|salt|token|credential|key$|public_key/
/** Shorter ones stand in innocent words. */
const MIN_LENGTH = 6

/** Answers a query for every value that the database holds in such a column. */
async function secretsQuery({ db }: Pick<Awaited<ReturnType<typeof adminWorld>>, 'db'>) {
  const columns = await db.all<{ readonly place: string; readonly name: string }>(
    sql`select m.name as place, c.name as name from sqlite_master as m, pragma_table_info(m.name) as c
      where m.type = 'table' and m.name not like 'sqlite%'`,
  )
  const parts = columns
    .filter(({ name }) => SECRET.test(name))
    .map(
      ({ place, name }) =>
        `select '${place}.${name}' as place, "${name}" as value from "${place}" where length("${name}") >= ${MIN_LENGTH}`,
    )
  expect(parts.length).toBeGreaterThan(20)
  const query = sql.raw(parts.join(' union all '))
  return async () => {
    const rows = await db.all<{ readonly place: string; readonly value: unknown }>(query)
    return rows.map(({ place, value }) => [String(value), place] as const)
  }
}

const PASSWORD = 'right-horse-staple'
const AUTH_TOKEN = 'k'.repeat(40)

test('no answer of the admin API holds a secret, code or token, but the one that is asked for', async () => {
  const world = await adminWorld({
    users: ['alice', 'sam', 'root', 'bob'].map((username) =>
      aUser(username === 'alice' ? { username, tokenKey: AUTH_TOKEN } : { username }),
    ),
    env: {
      MFA_ENABLED: 'true',
      ADMIN_NEEDS_SECOND_FACTOR: 'false',
      ADMIN_RATE: '1000/m',
      ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
      JWT_AUTH_COOKIE: 'access',
      JWT_AUTH_HTTPONLY: 'false',
    },
  })
  const { app, as } = world
  const storedSecrets = await secretsQuery(world)
  const deps = app.deps()
  const root = await as('root')
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const codes = ['1a2b3c4d', '5e6f7a8b']
  const key = await anAdminKey(deps, ADMIN_SCOPES)
  // Logins, and mails whose links and codes are good.
  const login = await app.post('/login/', { username: 'bob', password: PASSWORD })
  const tokens = Object.values<unknown>(await login.json()).filter((one) => typeof one === 'string')
  await seedTotp(deps, { userId: 1, secret, codes })
  await app.post('/password/reset/', { email: 'alice@example.com' })
  await app.post('/login/code/request/', { email: 'bob@example.com' })
  await root('POST', 'invitations/', { email: 'eve@new.example.com' })
  await app.settle()
  const mailed = app.mailbox.flatMap(({ text }) => [
    ...[...text.matchAll(/https?:\/\/\S+/g)].map(([link]) => link.split('/').at(-2) ?? link),
    ...[...text.matchAll(/^[A-Z2-9]{6}$/gm)].map(([code]) => code),
  ])
  expect(mailed.length).toBeGreaterThan(1)
  const told = [PASSWORD, AUTH_TOKEN, secret, key, ...codes, ...tokens, ...mailed]
  const known = new Map([
    ...told.map((one) => [one, 'told'] as const),
    [app.settings.SECRET_KEY, 'SECRET_KEY'],
    ...(await storedSecrets()),
  ])
  expect(known.size).toBeGreaterThan(25)

  const leaks: string[] = []
  const deletion = adminRoutes.filter(({ method }) => method === 'DELETE')
  const others = adminRoutes.filter(({ method }) => method !== 'DELETE')
  for (const id of [1, 4]) {
    for (const { method, path } of [...others, ...deletion]) {
      const body = method === 'POST' || method === 'PATCH' ? bodyOf(path) : undefined
      const answer = await root(method, path.replace(':id', String(id)), body)
      const text = JSON.stringify([answer.body, [...answer.headers]])
      for (const [value, what] of known) {
        if (text.includes(value)) leaks.push(`${method} ${path}: ${what} ${value.slice(0, 6)}`)
      }
      // What came up meanwhile: new links, new logins.
      for (const [value, what] of await storedSecrets()) known.set(value, what)
    }
  }
  await app.settle()
  expect(leaks).toEqual([])
})

/** Enough for each act to be done, or refused in words. */
function bodyOf(path: string): unknown {
  if (path === 'users/') {
    return { username: 'newcomer', email: 'new@example.com', send_reset: true, password: PASSWORD }
  }
  if (path.endsWith('set-email/')) return { email: 'other@example.com' }
  if (path === 'invitations/') return { email: 'guest@example.com' }
  if (path.endsWith('set-rights/')) return { is_staff: false, is_superuser: false }
  return {}
}
