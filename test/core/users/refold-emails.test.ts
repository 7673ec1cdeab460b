import { expect, test } from 'vitest'
import { eq } from 'drizzle-orm'
import { refoldEmails } from '../../../src/core/users/refold-emails.sql.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const USERS = [
  aUser({ username: 'ada', email: 'Ada@Example.com' }),
  aUser({ username: 'mallory', email: 'ceo@l\u0131nkedin.com' }),
  aUser({ username: 'ceo', email: 'ceo@linkedin.com' }),
  aUser({ username: 'ida', email: 'ida@b\u00fccher.example' }),
  aUser({ username: 'ida2', email: 'ida@xn--bcher-kva.example' }),
  aUser({ username: 'none', email: '' }),
]

/** The app, its folded columns as versions before compared addresses: through upper case. */
async function withOldFolds(): Promise<TestApp> {
  const app = await createTestApp({ users: USERS })
  const { db } = app.deps()
  for (const table of [users, emailAddresses]) {
    for (const { id, email } of await db.select().from(table)) {
      const emailFolded = email.toUpperCase().toLowerCase()
      await db.update(table).set({ emailFolded }).where(eq(table.id, id))
    }
  }
  return app
}

async function folded(app: TestApp): Promise<readonly string[]> {
  const { db } = app.deps()
  const rows = [
    ...(await db.select().from(users).orderBy(users.id)),
    ...(await db.select().from(emailAddresses).orderBy(emailAddresses.id)),
  ]
  return rows.map((row) => row.emailFolded)
}

test('tells apart what was one, joins what was two, and says which accounts share a mailbox', async () => {
  const app = await withOldFolds()
  const done = await refoldEmails(app.deps().db)
  expect(done).toEqual({
    changed: 4,
    collisions: [{ address: 'ida@xn--bcher-kva.example', userIds: [4, 5] }],
  })
  const own = [
    'ada@example.com',
    'ceo@xn--lnkedin-rfb.com',
    'ceo@linkedin.com',
    'ida@xn--bcher-kva.example',
    'ida@xn--bcher-kva.example',
  ]
  expect(await folded(app)).toEqual([...own, '', ...own, ''])
})

test('changes nothing the second time, and still names the shared mailbox', async () => {
  const app = await withOldFolds()
  await refoldEmails(app.deps().db)
  const before = await folded(app)
  const again = await refoldEmails(app.deps().db)
  expect(again).toMatchObject({ changed: 0, collisions: [{ userIds: [4, 5] }] })
  expect(await folded(app)).toEqual(before)
})

test('goes through more rows than a page', async () => {
  const app = await createTestApp()
  const { db } = app.deps()
  const rows = Array.from({ length: 1203 }, (_, index) => ({
    username: `u${index}`,
    usernameFolded: `u${index}`,
    email: `u${index}@b\u00fccher.example`,
    emailFolded: index % 2 === 0 ? 'stale' : `u${index}@xn--bcher-kva.example`,
    password: '!',
    dateJoinedAt: app.clock.now(),
  }))
  for (let start = 0; start < rows.length; start += 200) {
    await db.insert(users).values(rows.slice(start, start + 200))
  }
  expect(await refoldEmails(db)).toEqual({ changed: 602, collisions: [] })
  expect(await folded(app)).toEqual(rows.map(({ username }) => `${username}@xn--bcher-kva.example`))
})

test('leaves the account of a look-alike alone: the owner logs in, the stranger does not', async () => {
  const app = await withOldFolds()
  await refoldEmails(app.deps().db)
  const login = { email: 'ceo@linkedin.com', password: 'right-horse-staple' }
  const response = await app.post('login/', login)
  const { key } = (await response.json()) as { readonly key: string }
  const me = await app.request('user/', { headers: { Authorization: `Token ${key}` } })
  expect(await me.json()).toMatchObject({ username: 'ceo' })
})
