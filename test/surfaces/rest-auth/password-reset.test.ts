import { expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { linkOf, takeMails } from '../../support/mail.ts'

const SENT = { status: 200, body: { detail: 'Password reset e-mail has been sent.' } }
const LIMITLESS = { ACCOUNT_RATE_LIMITS: 'false' }

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  return createTestApp({ env: { ...LIMITLESS, ...env }, users: [aUser()] })
}

async function recipientsOf(app: TestApp, email: string): Promise<readonly string[]> {
  expect(await answerOf(app.post('password/reset/', { email }))).toEqual(SENT)
  return (await takeMails(app)).map(({ to }) => to)
}

test.each(['false', 'true'])('mails a link (USE_JWT %s)', async (USE_JWT) => {
  const app = await withAlice({ USE_JWT, PUBLIC_URL: 'https://auth.example.com' })
  expect(await answerOf(app.post('password/reset/', { email: 'alice@example.com' }))).toEqual(SENT)
  const mails = await takeMails(app)
  expect(mails.map(({ to, from }) => ({ to, from }))).toEqual([
    { to: 'alice@example.com', from: 'webmaster@localhost' },
  ])
  expect(linkOf(mails[0])).toMatch(
    /^https:\/\/auth\.example\.com\/dj-rest-auth\/password\/reset\/confirm\/1\/[0-9a-z]{6,7}-[0-9a-f]{32}\/$/,
  )
})

test('says the same of an address that nobody has, and mails nobody', async () => {
  const app = await withAlice()
  expect(await recipientsOf(app, 'nobody@example.com')).toEqual([])
})

test('finds the account in any case, and mails the address as the account has it', async () => {
  const app = await withAlice()
  expect(await recipientsOf(app, 'ALICE@Example.com')).toEqual(['alice@example.com'])
})

test('mails nobody for a look-alike of an address: it is another mailbox', async () => {
  const app = await createTestApp({ users: [aUser({ email: 'mike@example.org' })] })
  const response = await app.post('password/reset/', { email: 'mıke@example.org' })
  expect(response.status).toBe(200)
  expect(await takeMails(app)).toEqual([])
})

test('mails nobody whose account is deactivated', async () => {
  const app = await createTestApp({ users: [aUser({ isActive: false })] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual([])
})

test('mails accounts without a usable password, too', async () => {
  const app = await createTestApp({ users: [aUser({ password: null })] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual(['alice@example.com'])
})

test('mails accounts that have no address row', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: null })] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual(['alice@example.com'])
})

const SHARED = 'shared@example.com'

/** Seven accounts of one address, none of which has verified it. */
const CLAIMANTS = Array.from({ length: 7 }, (_, index) =>
  aUser({ username: `claim${index}`, email: SHARED, emailVerified: false }),
)

test('sends one mail about every account that has the address, a good link for each', async () => {
  const app = await createTestApp({ users: CLAIMANTS })
  await app.post('password/reset/', { email: SHARED })
  const [mail, ...more] = await takeMails(app)
  expect([mail?.to, more]).toEqual([SHARED, []])
  const links = [...(mail?.text.matchAll(/confirm\/([0-9a-z]+)\/([0-9a-z]+-[0-9a-f]+)\/$/gm) ?? [])]
  expect(links.map(([, uid]) => uid)).toEqual(['7', '6', '5', '4', '3', '2', '1'])
  expect(mail?.text).toMatch(/claim0: https?:/)
  for (const [, uid, token] of links) {
    const passwords = { new_password1: 'quite-Another-9', new_password2: 'quite-Another-9' }
    const response = await app.post('password/reset/confirm/', { uid, token, ...passwords })
    expect(response.status).toBe(200)
  }
})

test('names who has verified the address first, whoever else claims it', async () => {
  const owner = aUser({ username: 'owner', email: SHARED })
  const app = await createTestApp({ users: [owner, ...CLAIMANTS] })
  await app.post('password/reset/', { email: SHARED })
  const [mail] = await takeMails(app)
  expect(/confirm\/([0-9a-z]+)\//.exec(mail?.text ?? '')?.[1]).toBe('1')
  expect(mail?.text).toContain('your username is owner')
})

test('resets no account by an address that it only claims, where it has verified another', async () => {
  const app = await createTestApp({ users: [aUser()] })
  await app.deps().db.insert(emailAddresses).values({
    userId: 1,
    email: SHARED,
    emailFolded: SHARED,
  })
  expect(await recipientsOf(app, SHARED)).toEqual([])
  expect(await recipientsOf(app, 'alice@example.com')).toEqual(['alice@example.com'])
})

test('exact: mails every account by itself', async () => {
  const app = await createTestApp({
    env: { DJANGO_COMPATIBILITY: 'exact' },
    users: CLAIMANTS.slice(0, 2),
  })
  expect(await recipientsOf(app, SHARED)).toEqual([SHARED, SHARED])
})

test('costs the same for known and unknown addresses', async () => {
  const app = await withAlice()
  const ask = (email: string) => () => app.post('password/reset/', { email })
  const known = await app.costOf(ask('alice@example.com'))
  const unknown = await app.costOf(ask('nobody@example.com'))
  expect(unknown.waited).toEqual(known.waited)
})

test('HEADLESS_FRONTEND_URLS leads to the frontend', async () => {
  const app = await withAlice({
    HEADLESS_FRONTEND_URLS: {
      account_reset_password_from_key: 'https://app.example/reset/{uid}?token={token}&key={key}',
    },
  })
  await app.post('password/reset/', { email: 'alice@example.com' })
  const link = new URL(linkOf((await takeMails(app))[0]))
  const token = link.searchParams.get('token')
  expect(link.origin + link.pathname).toBe('https://app.example/reset/1')
  expect(link.searchParams.get('key')).toBe(`1-${token}`)
})

test('DEFAULT_FROM_EMAIL, SITE_NAME and ACCOUNT_EMAIL_SUBJECT_PREFIX are in the mail', async () => {
  const app = await withAlice({ DEFAULT_FROM_EMAIL: 'Acme <a@acme.example>', SITE_NAME: 'Acme' })
  await app.post('password/reset/', { email: 'alice@example.com' })
  const [mail] = await takeMails(app)
  expect(mail?.from).toBe('Acme <a@acme.example>')
  expect(mail?.subject).toMatch(/^\[Acme\] /)
  expect(mail?.text).toContain('Acme')
  const plain = await createTestApp({
    env: { ...LIMITLESS, ACCOUNT_EMAIL_SUBJECT_PREFIX: '' },
    data: 'kept',
  })
  await plain.post('password/reset/', { email: 'alice@example.com' })
  expect((await takeMails(plain))[0]?.subject).toMatch(/^Password/)
})

test('keeps the mail where the provider is away, without its secret', async () => {
  const app = await createTestApp({
    users: [aUser()],
    sendEmail: () => Promise.resolve({ kind: 'failed', reason: 'away' }),
  })
  expect(await answerOf(app.post('password/reset/', { email: 'alice@example.com' }))).toEqual(SENT)
  await app.settle()
  const rows = await app.deps().db.select().from(emailOutbox)
  expect(rows).toEqual([
    expect.objectContaining({ kind: 'password_reset', userId: 1, address: 'alice@example.com' }),
  ])
  expect(JSON.stringify(rows)).not.toMatch(/[0-9a-z]{6,7}-[0-9a-f]{32}(?!-)/)
})

test.each([
  [{}, ['This field is required.']],
  [{ email: '' }, ['This field may not be blank.']],
  [{ email: null }, ['This field may not be null.']],
  [{ email: 'alice' }, ['Enter a valid email address.']],
  [{ email: ['alice@example.com'] }, ['Enter a valid email address.']],
])('refuses the fields %j', async (body, email) => {
  const app = await withAlice()
  expect(await answerOf(app.post('password/reset/', body))).toEqual({
    status: 400,
    body: { email },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = await app.request('password/reset/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  expect(await answerOf(app.post('password/reset', { email: 'a@example.com' }))).toEqual(SENT)
})
