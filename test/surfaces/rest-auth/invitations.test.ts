import { describe, expect, test } from 'vitest'
import { invite, withdrawInvitation } from '../../../src/core/accounts/invitations.ts'
import { groupMembers, groups } from '../../../src/db/schema/roles.ts'
import { invitations } from '../../../src/db/schema/lifecycle.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { waitedFor } from '../../cost/waited.ts'
import { facebookKnows, FAY } from '../../support/providers/exchanges.ts'

const INVITED = { REGISTRATION: 'invited', ACCOUNT_RATE_LIMITS: 'false' }
const PASSWORDS = { password1: 'a-good-long-phrase', password2: 'a-good-long-phrase' }
const context = { origin: '', language: 'en' } as const
const REQUIRED = { status: 400, body: { invitation: ['This field is required.'] } }
const INVALID = {
  status: 400,
  body: { invitation: ['This invitation is not valid for this email address.'] },
}
const ADA = { username: 'ada', email: 'ada@example.com', ...PASSWORDS }

async function inviteAda(app: TestApp): Promise<string> {
  const outcome = await invite(app.deps(), { email: 'Ada@Example.com', context })
  if (outcome.kind !== 'invited') throw new Error(outcome.kind)
  await app.settle()
  return outcome.key
}

const register = (app: TestApp, more: object) =>
  answerOf(app.post('registration/', { ...ADA, ...more }))
const accounts = async (app: TestApp) => (await app.deps().db.select().from(users)).length

test('mails a link that is good for the invited address alone', async () => {
  const app = await createTestApp({ env: INVITED })
  const key = await inviteAda(app)
  expect(app.mailbox.length).toBe(1)
  expect(app.mailbox[0]).toMatchObject({ to: 'ada@example.com' })
  expect(app.mailbox[0]?.text).toContain(`pages/sign-up/?invitation=${encodeURIComponent(key)}`)
  expect(app.mailbox[0]?.text).toContain('7 days')
  expect(await register(app, { invitation: key, email: 'eve@example.com' })).toEqual(INVALID)
  expect(await register(app, {})).toEqual(REQUIRED)
  expect(await register(app, { invitation: 'x' })).toEqual(INVALID)
  expect(await accounts(app)).toBe(0)
})

test.each(['mandatory', 'optional'])(
  'whoever has the link is in at once, the address proved (verification %s)',
  async (verification) => {
    const env = { ...INVITED, ACCOUNT_EMAIL_VERIFICATION: verification }
    const app = await createTestApp({ env })
    const invitation = await inviteAda(app)
    const { response, roundTrips } = await waitedFor(app, () =>
      app.post('registration/', { ...ADA, invitation }),
    )
    expect({ status: response.status, roundTrips }).toEqual({ status: 201, roundTrips: 1 })
    expect(await memberOf(response, 'key')).toMatch(/^[0-9a-f]{40}$/)
    await app.settle()
    expect(app.mailbox.length).toBe(1)
    expect(await app.deps().db.select().from(emailAddresses)).toEqual([
      expect.objectContaining({ email: 'ada@example.com', isVerified: true, isPrimary: true }),
    ])
    const [row] = await app.deps().db.select().from(invitations)
    expect(row).toMatchObject({ userId: 1 })
    expect(row?.acceptedAt).not.toBeNull()
  },
)

test('a link makes one account, of many at once, too', async () => {
  const app = await createTestApp({ env: { ...INVITED, ACCOUNT_UNIQUE_EMAIL: 'false' } })
  const invitation = await inviteAda(app)
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, index) => register(app, { username: `ada${index}`, invitation })),
  )
  expect(all.filter(({ status }) => status === 201).length).toBe(1)
  expect(all.filter(({ status }) => status === 400)).toEqual(
    Array.from({ length: 7 }, () => INVALID),
  )
  expect(await accounts(app)).toBe(1)
})

test('a taken name leaves it good', async () => {
  const app = await createTestApp({ env: INVITED, users: [aUser()] })
  const invitation = await inviteAda(app)
  expect(await register(app, { username: 'alice', invitation })).toEqual({
    status: 400,
    body: { username: ['A user with that username already exists.'] },
  })
  expect((await register(app, { invitation })).status).toBe(201)
})

test('ends when it is taken back, replaced or too old', async () => {
  const app = await createTestApp({ env: INVITED })
  const first = await inviteAda(app)
  const second = await inviteAda(app)
  expect(await register(app, { invitation: first })).toEqual(INVALID)
  expect(await withdrawInvitation(app.deps(), 2)).toBe('revoked')
  expect(await withdrawInvitation(app.deps(), 2)).toBe('not_pending')
  expect(await register(app, { invitation: second })).toEqual(INVALID)
  const third = await inviteAda(app)
  app.clock.advance(7 * 86_400)
  expect(await register(app, { invitation: third })).toEqual(INVALID)
  expect(await accounts(app)).toBe(0)
})

test('an address that an account has proved is not invited, and no invitation takes it', async () => {
  const app = await createTestApp({ env: INVITED, users: [aUser()] })
  expect(await invite(app.deps(), { email: 'alice@example.com', context })).toEqual({
    kind: 'member',
  })
  const key = await inviteAda(app)
  await app
    .deps()
    .db.run(
      "insert into email_addresses (user_id, email, email_folded, is_verified, is_primary) values (1, 'ada@example.com', 'ada@example.com', 1, 0)",
    )
  expect((await register(app, { invitation: key })).body).toEqual({
    email: ['User is already registered with this e-mail address.'],
  })
  expect(await accounts(app)).toBe(1)
})

test('who claimed the address without proving it loses it', async () => {
  const squatter = aUser({ username: 'eve', email: 'ada@example.com', emailVerified: false })
  const app = await createTestApp({ env: INVITED, users: [squatter] })
  const invitation = await inviteAda(app)
  expect((await register(app, { invitation })).status).toBe(201)
  await app.settle()
  const rows = await app.deps().db.select().from(emailAddresses)
  expect(rows.map(({ userId }) => userId)).toEqual([2])
})

test('puts the account into the groups that it names', async () => {
  const app = await createTestApp({ env: INVITED })
  const { db } = app.deps()
  await db.insert(groups).values([{ name: 'editors' }, { name: 'admins' }])
  const input = { email: 'ada@example.com', context }
  expect(await invite(app.deps(), { ...input, groups: ['editors', 'nobodies'] })).toEqual({
    kind: 'unknown_group',
  })
  const outcome = await invite(app.deps(), { ...input, groups: ['editors'] })
  const invitation = outcome.kind === 'invited' ? outcome.key : ''
  expect((await register(app, { invitation })).status).toBe(201)
  expect(await db.select().from(groupMembers)).toEqual([{ userId: 1, groupId: 1 }])
})

test('what is stored makes no link', async () => {
  const app = await createTestApp({ env: INVITED })
  const key = await inviteAda(app)
  expect(JSON.stringify(await app.deps().db.select().from(invitations))).not.toContain(key)
})

describe('without an invitation', () => {
  test('nobody signs up by provider, but who is invited and whose address the provider knows', async () => {
    const facebook = {
      APPS: [{ client_id: 'fb-client', secret: 'fb-secret' }],
      VERIFIED_EMAIL: true,
    }
    const env = {
      ...INVITED,
      SOCIALACCOUNT_PROVIDERS: { facebook },
      SOCIALACCOUNT_QUERY_EMAIL: 'true',
    }
    const app = await createTestApp({ env })
    app.outside.setExchanges(facebookKnows(FAY))
    const logIn = () => answerOf(app.post('facebook/', { access_token: 'fb-token' }))
    expect(await logIn()).toEqual({
      status: 400,
      body: { non_field_errors: ['Sign-up is closed.'] },
    })
    expect(await accounts(app)).toBe(0)
    await invite(app.deps(), { email: 'fay@example.com', context })
    expect((await logIn()).status).toBe(200)
    expect(await accounts(app)).toBe(1)
    const [row] = await app.deps().db.select().from(invitations)
    expect(row?.userId).toBe(1)
  })
})

describe('closed', () => {
  const CLOSED = { REGISTRATION: 'closed' }

  test('nobody signs up, whatever is wrong with the form', async () => {
    const app = await createTestApp({ env: CLOSED })
    const answer = { status: 403, body: { detail: 'Sign-up is closed.' } }
    expect(await register(app, {})).toEqual(answer)
    expect(await register(app, { username: '' })).toEqual(answer)
    expect((await app.request('pages/sign-up/')).status).toBe(404)
  })

  test('who has an account logs in', async () => {
    const app = await createTestApp({ env: CLOSED, users: [aUser()] })
    const login = { username: 'alice', password: 'right-horse-staple' }
    expect((await app.post('login/', login)).status).toBe(200)
  })
})

test('open takes no notice of invitations', async () => {
  const app = await createTestApp()
  expect((await register(app, { invitation: 'x' })).status).toBe(201)
})

test('the page hands the key on', async () => {
  const app = await createTestApp({ env: INVITED })
  const html = await (await app.request('pages/sign-up/?invitation=a%22b')).text()
  expect(html).toContain('<input type="hidden" name="invitation" value="a&#34;b">')
})
