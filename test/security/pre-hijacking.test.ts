import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { refreshFamilies } from '../../src/db/schema/credentials.ts'
import { socialAccounts } from '../../src/db/schema/social.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { mailedReset, takeMails } from '../support/mail.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { seedSocialAccount } from '../support/seed.ts'

const EMAIL = 'victim@corp.example'
const KEY = 'a'.repeat(40)
const PASSWORD = 'right-horse-staple'
const NEW = { new_password1: 'Sunflower-77-harbor', new_password2: 'Sunflower-77-harbor' }

/** The version that the fake of Facebook speaks. */
const GRAPH = { FACEBOOK_GRAPH_API_VERSION: 'v25.0' }

/** An account that a stranger made with the victim's address, with a provider account of his. */
async function preHijacked(options: TestAppOptions = {}, emailVerified = false): Promise<TestApp> {
  const mallory = aUser({ username: 'mallory', email: EMAIL, emailVerified, tokenKey: KEY })
  const env = { ...SOCIAL_ENV, ...options.env }
  const app = await createTestApp({ ...options, env, users: [mallory] })
  await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
  return app
}

async function reset(app: TestApp): Promise<void> {
  await app.post('password/reset/', { email: EMAIL })
  const link = await mailedReset(app)
  expect((await app.post('password/reset/confirm/', { ...link, ...NEW })).status).toBe(200)
}

async function left(app: TestApp) {
  const { db } = app.deps()
  const [address] = await db.select().from(emailAddresses).where(eq(emailAddresses.userId, 1))
  const accounts = await db.select({ id: socialAccounts.id }).from(socialAccounts)
  const me = await app.request('user/', { headers: { Authorization: `Token ${KEY}` } })
  return { isVerified: address?.isVerified, accounts: accounts.length, token: me.status }
}

describe('a reset by mail proves the address', () => {
  test.each([
    ['safe', { isVerified: true, accounts: 0, token: 401 }],
    // The reference verifies nothing and keeps tokens; social accounts are dropped nevertheless.
    ['exact', { isVerified: false, accounts: 0, token: 200 }],
  ])('%s: what a stranger got in before is out', async (mode, expected) => {
    const app = await preHijacked({ env: { DJANGO_COMPATIBILITY: mode, ...GRAPH } })
    await reset(app)
    expect(await left(app)).toEqual(expected)
    app.outside.setExchanges(facebookKnows(FAY))
    const response = await app.post('facebook/', { access_token: 'fb-token' })
    const body: unknown = await response.json()
    expect(body).not.toMatchObject({ user: { pk: 1 } })
    const [account] = await app.deps().db.select().from(socialAccounts)
    expect(account?.userId).not.toBe(1)
  })

  test('the owner is told who was disconnected, and in the mail about the password who is not', async () => {
    const app = await preHijacked()
    await reset(app)
    const mails = await takeMails(app)
    expect(mails.map(({ to }) => to)).toEqual([EMAIL, EMAIL])
    expect(mails.map(({ text }) => text).join()).toMatch(/no longer connected to facebook/)
    expect(mails.map(({ text }) => text).join()).not.toContain('Besides the password')
  })

  test('an account whose address was proved keeps its social accounts, and its owner is reminded', async () => {
    const app = await preHijacked({}, true)
    await reset(app)
    expect(await left(app)).toMatchObject({ isVerified: true, accounts: 1 })
    const [mail, ...more] = await takeMails(app)
    expect(more).toEqual([])
    expect(mail?.text).toContain('Besides the password, these let somebody into it: facebook.')
  })

  test('under JWTs every login from before is over, even where the setting would keep it', async () => {
    const env = {
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      REVOKE_TOKENS_ON_PASSWORD_CHANGE: 'false',
    }
    const app = await preHijacked({ env })
    const login = await app.post('login/', { username: 'mallory', password: PASSWORD })
    const { refresh } = (await login.json()) as { readonly refresh: string }
    await app.settle()
    await reset(app)
    expect((await app.post('token/refresh/', { refresh })).status).toBe(401)
    const [family] = await app.deps().db.select().from(refreshFamilies)
    expect(family?.revokedAt).not.toBeNull()
  })

  test('a link proves the address that it was mailed to, of several', async () => {
    const app = await createTestApp({
      users: [aUser({ username: 'ada', email: EMAIL, emailVerified: false })],
    })
    const other = { userId: 1, email: 'other@corp.example', emailFolded: 'other@corp.example' }
    await app.deps().db.insert(emailAddresses).values(other)
    await app.post('password/reset/', { email: 'other@corp.example' })
    const link = await mailedReset(app)
    expect((await app.post('password/reset/confirm/', { ...link, ...NEW })).status).toBe(200)
    const rows = await app.deps().db.select().from(emailAddresses)
    expect(rows.map(({ email, isVerified }) => [email, isVerified])).toEqual([
      [EMAIL, false],
      ['other@corp.example', true],
    ])
  })

  test('verifies none that another account has verified', async () => {
    const app = await preHijacked()
    await app.post('password/reset/', { email: EMAIL })
    const link = await mailedReset(app)
    const { db } = app.deps()
    await db.insert(users).values({
      username: 'owner',
      usernameFolded: 'owner',
      password: '!',
      dateJoinedAt: app.clock.now(),
    })
    const verified = { userId: 2, email: EMAIL, emailFolded: EMAIL, isVerified: true }
    await db.insert(emailAddresses).values(verified)
    expect((await app.post('password/reset/confirm/', { ...link, ...NEW })).status).toBe(200)
    expect(await left(app)).toMatchObject({ isVerified: false, accounts: 0 })
  })

  test('gives an imported account without an address row its row, verified', async () => {
    const app = await createTestApp({
      users: [aUser({ username: 'ida', email: EMAIL, emailVerified: null })],
    })
    await reset(app)
    const [row] = await app.deps().db.select().from(emailAddresses)
    expect(row).toMatchObject({ userId: 1, email: EMAIL, isVerified: true, isPrimary: true })
  })
})

describe('connecting and disconnecting', () => {
  const headers = { Authorization: `Token ${KEY}` }

  test('is told to the owner', async () => {
    const app = await createTestApp({
      env: SOCIAL_ENV,
      users: [aUser({ tokenKey: KEY })],
    })
    app.outside.setExchanges(facebookKnows(FAY))
    const body = { access_token: 'fb-token' }
    expect((await app.post('facebook/connect/', body, headers)).status).toBe(200)
    expect((await app.post('facebook/connect/', body, headers)).status).toBe(200)
    app.outside.setExchanges([])
    expect((await app.post('socialaccounts/1/disconnect/', {}, headers)).status).toBe(200)
    const mails = await takeMails(app)
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['alice@example.com', '[example.com] Sign-in Method Added'],
      ['alice@example.com', '[example.com] Sign-in Method Removed'],
    ])
    expect(mails[0]?.text).toContain('An account at facebook can sign in')
    expect(mails[1]?.text).toContain('no longer connected to facebook')
  })

  test('is told to nobody where it did nothing, or notifications are off', async () => {
    const app = await createTestApp({
      env: { ...SOCIAL_ENV, ACCOUNT_EMAIL_NOTIFICATIONS: 'false' },
      users: [aUser({ tokenKey: KEY })],
    })
    app.outside.setExchanges(facebookKnows(FAY))
    await app.post('facebook/connect/', { access_token: 'fb-token' }, headers)
    app.outside.setExchanges([])
    await app.post('socialaccounts/1/disconnect/', {}, headers)
    await app.post('socialaccounts/1/disconnect/', {}, headers)
    expect(await takeMails(app)).toEqual([])
  })
})

describe('claimants of one address', () => {
  const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_RATE_LIMITS: 'false' }

  async function claimed(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const names = ['mallory', 'claim2', 'claim3', 'claim4', 'victim']
    return createTestApp({
      env: { ...MANDATORY, ...env },
      users: names.map((username) => aUser({ username, email: EMAIL, emailVerified: false })),
    })
  }

  function keyOf(text: string): string {
    return decodeURIComponent(/confirm-email\/([^/]+)\//.exec(text)?.[1] ?? '')
  }

  test('each get their own mail from a resend, the newest first, and it warns of the others', async () => {
    const app = await claimed()
    await app.post('registration/resend-email/', { email: EMAIL })
    const mails = await takeMails(app)
    expect(mails.map(({ text }) => /^Hello (\w+),/.exec(text)?.[1])).toEqual([
      'victim',
      'claim4',
      'claim3',
    ])
    expect(mails[0]?.text).toContain('Other accounts at example.com name this address, too (4).')
    expect(mails[0]?.text).toContain('Confirm only the account that you have made: victim.')
  })

  test('an only claimant is warned of nobody', async () => {
    const app = await createTestApp({
      env: MANDATORY,
      users: [aUser({ username: 'victim', email: EMAIL, emailVerified: false })],
    })
    await app.post('registration/resend-email/', { email: EMAIL })
    const [mail] = await takeMails(app)
    expect(mail?.text).not.toContain('Other accounts')
  })

  test('lose the address when one of them verifies it, and are told', async () => {
    const app = await claimed()
    await app.post('registration/resend-email/', { email: EMAIL })
    const [victims, others] = await takeMails(app)
    const verify = (text = '') => app.post('registration/verify-email/', { key: keyOf(text) })
    expect((await verify(victims?.text)).status).toBe(200)
    expect((await verify(others?.text)).status).toBe(404)
    const told = await takeMails(app)
    expect(told.map(({ to }) => to)).toEqual([EMAIL, EMAIL, EMAIL, EMAIL])
    expect(told.map(({ text }) => /The account (\w+) had/.exec(text)?.[1])).toEqual([
      'claim4',
      'claim3',
      'claim2',
      'mallory',
    ])
    const { db } = app.deps()
    expect(await db.select({ userId: emailAddresses.userId }).from(emailAddresses)).toEqual([
      { userId: 5 },
    ])
    const people = await db.select({ email: users.email, folded: users.emailFolded }).from(users)
    const nothing = { email: '', folded: '' }
    expect(people).toEqual([nothing, nothing, nothing, nothing, { email: EMAIL, folded: EMAIL }])
    const login = (username: string) => app.post('login/', { username, password: PASSWORD })
    expect((await login('victim')).status).toBe(200)
    expect((await login('mallory')).status).toBe(400)
  })

  test('are told at their other address where they have one, which stays theirs', async () => {
    const app = await claimed()
    const { db } = app.deps()
    const other = { email: 'm@evil.example', emailFolded: 'm@evil.example', isVerified: true }
    await db.insert(emailAddresses).values({ userId: 1, ...other })
    await app.post('registration/resend-email/', { email: EMAIL })
    const [victims] = await takeMails(app)
    await app.post('registration/verify-email/', { key: keyOf(victims?.text ?? '') })
    const told = await takeMails(app)
    expect(told.at(-1)).toMatchObject({ to: 'm@evil.example' })
    expect(told.at(-1)?.text).toContain(`${EMAIL} was confirmed for another account`)
    const [mallory] = await db.select().from(users).where(eq(users.id, 1))
    expect(mallory).toMatchObject({ email: 'm@evil.example', emailFolded: 'm@evil.example' })
  })

  test('keep the address in exact mode, as the reference lets them', async () => {
    const app = await claimed({ DJANGO_COMPATIBILITY: 'exact' })
    await app.post('registration/resend-email/', { email: EMAIL })
    const [first, ...more] = await takeMails(app)
    expect(more).toEqual([])
    expect(first?.text).toMatch(/^Hello mallory,/)
    await app.post('registration/verify-email/', { key: keyOf(first?.text ?? '') })
    expect(await takeMails(app)).toEqual([])
    expect(await app.deps().db.select().from(emailAddresses)).toHaveLength(5)
  })

  test('the page behind a link names the account and asks', async () => {
    const app = await claimed()
    await app.post('registration/resend-email/', { email: EMAIL })
    const mails = await takeMails(app)
    for (const [index, username] of ['victim', 'claim4'].entries()) {
      const key = encodeURIComponent(keyOf(mails[index]?.text ?? ''))
      const page = await app.request(`registration/account-confirm-email/${key}/`)
      expect(await page.text()).toContain(`becomes the address of the account ${username}.`)
    }
    const rows = await app.deps().db.select().from(emailAddresses)
    expect(rows.filter(({ isVerified }) => isVerified)).toEqual([])
  })
})
