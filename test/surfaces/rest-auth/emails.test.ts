import { describe, expect, test } from 'vitest'
import { accountDeletions } from '../../../src/db/schema/lifecycle.ts'
import { addressChanges } from '../../../src/db/schema/confirmations.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const PASSWORD = 'right-horse-staple'
const ON = { EMAIL_MANAGEMENT: 'true' }
const CHANGE = { ...ON, ACCOUNT_CHANGE_EMAIL: 'true' }
const NO_LIMITS = { ACCOUNT_RATE_LIMITS: 'false' }

const alice = aUser({ tokenKey: KEY })
const OLD = { id: 1, email: 'alice@example.com', verified: true, primary: true }

async function withAlice(env: Record<string, unknown> = ON): Promise<TestApp> {
  return createTestApp({ env, users: [alice, aUser({ username: 'bob' })] })
}

const list = async (app: TestApp) =>
  (await answerOf(app.request('emails/', { headers: BY_TOKEN }))).body
const add = (app: TestApp, email: string) => app.post('emails/', { email }, BY_TOKEN)
const change = (app: TestApp, method: string, id: number) =>
  app.request(`emails/${id}/`, { method, headers: BY_TOKEN })

/** What follows the last slash but one of the newest mail's link, and whom it went to. */
async function newestMail(app: TestApp): Promise<{ to: string; subject: string; key: string }> {
  await app.settle()
  const mail = app.mailbox.at(-1)
  if (mail === undefined) throw new Error('no mail')
  const key = /https?:\S*\/([^/\s]+)\/(?:\s|$)/.exec(mail.text)?.[1] ?? ''
  return { to: mail.to, subject: mail.subject, key }
}

const verify = (app: TestApp, key: string) => app.post('registration/verify-email/', { key })
const undo = (app: TestApp, key: string) => app.post('emails/undo/', { key })

async function addAndProve(app: TestApp, email: string): Promise<void> {
  expect((await add(app, email)).status).toBe(201)
  const { key } = await newestMail(app)
  expect((await verify(app, key)).status).toBe(200)
  await app.settle()
}

test('without the setting there is nothing of it', async () => {
  const app = await withAlice({})
  expect((await app.request('emails/', { headers: BY_TOKEN })).status).toBe(404)
  expect((await undo(app, 'x')).status).toBe(404)
})

test('strangers see nothing', async () => {
  const app = await withAlice()
  expect((await app.request('emails/')).status).toBe(401)
  expect((await app.request('emails/1/', { method: 'DELETE' })).status).toBe(401)
})

describe('adding', () => {
  test('mails a key, and changes nothing before it is used', async () => {
    const app = await withAlice()
    expect(await answerOf(add(app, 'Second@Example.com'))).toEqual({
      status: 201,
      body: { id: 3, email: 'second@example.com', verified: false, primary: false },
    })
    expect(await list(app)).toEqual([
      OLD,
      { id: 3, email: 'second@example.com', verified: false, primary: false },
    ])
    const mail = await newestMail(app)
    expect(mail.to).toBe('second@example.com')
    expect((await verify(app, mail.key)).status).toBe(200)
    expect(await list(app)).toEqual([
      OLD,
      { id: 3, email: 'second@example.com', verified: true, primary: false },
    ])
    expect(await newestMail(app)).toMatchObject({
      to: 'alice@example.com',
      subject: expect.stringContaining('E-mail Address Added'),
    })
  })

  test.each([
    ['nobody', 'nobody@example.com', 'nobody@example.com', 'Please Confirm'],
    ['somebody', 'bob@example.com', 'bob@example.com', 'Given for Another Account'],
  ])(
    'answers the same for an address of %s, and mails its owner',
    async (_, email, to, subject) => {
      const app = await withAlice()
      const { waited } = await app.costOf(async () => {
        expect(await answerOf(add(app, email))).toEqual({
          status: 201,
          body: { id: 3, email, verified: false, primary: false },
        })
      })
      expect(waited.roundTrips).toBe(2)
      const mail = await newestMail(app)
      expect(app.mailbox.length).toBe(1)
      expect(mail).toMatchObject({ to, subject: expect.stringContaining(subject) })
      expect(await list(app)).toEqual([OLD, { id: 3, email, verified: false, primary: false }])
    },
  )

  test('an address that two accounts claim: whoever’s key comes back first has it', async () => {
    for (const [first, second] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const app = await withAlice({ ...ON, ...NO_LIMITS })
      const account = { password1: PASSWORD, password2: PASSWORD, email: 'both@example.com' }
      await app.post('registration/', { username: 'carl', ...account })
      await add(app, 'both@example.com')
      await app.settle()
      // The key of the account that claimed it before is as good as ever.
      const keys = app.mailbox.flatMap(({ text }) => /\/([^/\s]+)\/(?:\s|$)/.exec(text)?.[1] ?? [])
      expect(keys.length).toBe(2)
      expect((await verify(app, keys[first] ?? '')).status).toBe(200)
      await app.settle()
      expect((await verify(app, keys[second] ?? '')).status).not.toBe(200)
      const rows = await app.deps().db.select().from(emailAddresses)
      const holders = rows.filter(({ email }) => email === 'both@example.com')
      expect(holders.map(({ userId, isVerified }) => [userId, isVerified])).toEqual([
        [first === 0 ? 3 : 1, true],
      ])
    }
  })

  test('costs the same whoever has the address', async () => {
    const costOf = async (email: string) => {
      const app = await withAlice()
      return app.costOf(() => add(app, email))
    }
    const nobodys = await costOf('nobody@example.com')
    expect(await costOf('bob@example.com')).toEqual(nobodys)
  })

  test('another’s address can be asked for again and never proved', async () => {
    const app = await withAlice({ ...ON, ...NO_LIMITS })
    await add(app, 'bob@example.com')
    expect((await app.post('emails/3/resend/', undefined, BY_TOKEN)).status).toBe(200)
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['bob@example.com', 'bob@example.com'])
    expect(app.mailbox.every(({ text }) => !text.includes('http'))).toBe(true)
    expect((await change(app, 'PATCH', 3)).status).toBe(400)
  })

  test.each([
    ['alice@EXAMPLE.com', 'This email address is already associated with this account.'],
    ['nonsense', 'Enter a valid email address.'],
    ['', 'This field may not be blank.'],
    [`a@${'b'.repeat(260)}.com`, 'Ensure this field has no more than 254 characters.'],
  ])('refuses %s', async (email, message) => {
    const app = await withAlice()
    const { status, body } = await answerOf(add(app, email))
    expect({ status, body }).toEqual({
      status: 400,
      body: { email: expect.arrayContaining([message]) },
    })
  })

  test('keeps to ACCOUNT_MAX_EMAIL_ADDRESSES, of many at once, too', async () => {
    const app = await withAlice({ ...ON, ...NO_LIMITS, ACCOUNT_MAX_EMAIL_ADDRESSES: '3' })
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => add(app, `a${index}@example.com`)),
    )
    expect(all.filter(({ status }) => status === 201).length).toBe(2)
    expect(await answerOf(add(app, 'more@example.com'))).toEqual({
      status: 400,
      body: { email: ['You cannot add more than 3 email addresses.'] },
    })
  })

  test('is limited by account, and the mails by mailbox', async () => {
    const limits = { manage_email: '3/m/user', send_email: '1/h/key' }
    const app = await withAlice({ ...ON, ACCOUNT_RATE_LIMITS: limits })
    expect((await add(app, 'a@example.com')).status).toBe(201)
    expect((await app.post('emails/3/resend/', undefined, BY_TOKEN)).status).toBe(200)
    expect((await add(app, 'b@example.com')).status).toBe(201)
    expect((await add(app, 'c@example.com')).status).toBe(429)
    expect((await change(app, 'DELETE', 3)).status).toBe(429)
    expect(await list(app)).toHaveLength(3)
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com'])
  })

  test('an imported account keeps the address that it has', async () => {
    const app = await createTestApp({
      env: ON,
      users: [aUser({ tokenKey: KEY, emailVerified: null })],
    })
    const own = { email: 'alice@example.com', verified: false, primary: true }
    expect(await list(app)).toEqual([{ id: null, ...own }])
    await add(app, 'second@example.com')
    expect(await list(app)).toEqual([
      { id: 1, ...own },
      { id: 2, email: 'second@example.com', verified: false, primary: false },
    ])
  })
})

describe('the primary address', () => {
  test('changes to a proved one; the former is told', async () => {
    const app = await withAlice()
    await addAndProve(app, 'second@example.com')
    expect(await answerOf(change(app, 'PATCH', 3))).toEqual({
      status: 200,
      body: { id: 3, email: 'second@example.com', verified: true, primary: true },
    })
    expect(await list(app)).toEqual([
      { id: 3, email: 'second@example.com', verified: true, primary: true },
      { ...OLD, primary: false },
    ])
    const user = await app.request('user/', { headers: BY_TOKEN })
    expect(await memberOf(user, 'email')).toBe('second@example.com')
    expect(await newestMail(app)).toMatchObject({
      to: 'alice@example.com',
      subject: expect.stringContaining('E-mail Address Changed'),
    })
  })

  test('does not change to one that nobody has proved', async () => {
    const app = await withAlice()
    await add(app, 'second@example.com')
    expect(await answerOf(change(app, 'PATCH', 3))).toEqual({
      status: 400,
      body: { email: ['Your primary email address must be verified.'] },
    })
  })

  test('stays, where it is asked to go', async () => {
    const app = await withAlice()
    expect(await answerOf(change(app, 'DELETE', 1))).toEqual({
      status: 400,
      body: { email: ['You cannot remove your primary email address (alice@example.com).'] },
    })
  })

  test.each([
    ['optional', 204],
    ['mandatory', 400],
  ])('unproved and alone, it goes where accounts need none: %s', async (verification, status) => {
    const env = { ...ON, ACCOUNT_EMAIL_VERIFICATION: verification }
    const app = await createTestApp({
      env,
      users: [aUser({ tokenKey: KEY, emailVerified: false })],
    })
    expect((await change(app, 'DELETE', 1)).status).toBe(status)
    const user = await app.request('user/', { headers: BY_TOKEN })
    expect(await memberOf(user, 'email')).toBe(status === 204 ? '' : 'alice@example.com')
  })

  test('a secondary one goes, and is told', async () => {
    const app = await withAlice()
    await addAndProve(app, 'second@example.com')
    expect((await change(app, 'DELETE', 1)).status).toBe(400)
    expect((await change(app, 'DELETE', 3)).status).toBe(204)
    expect(await newestMail(app)).toMatchObject({
      to: 'second@example.com',
      subject: expect.stringContaining('E-mail Address Removed'),
    })
  })

  test.each(['PATCH', 'DELETE'])('others’ addresses are not found by %s', async (method) => {
    const app = await withAlice()
    expect((await change(app, method, 2)).status).toBe(404)
    expect((await change(app, method, 99)).status).toBe(404)
  })
})

describe('ACCOUNT_CHANGE_EMAIL', () => {
  test('a proved address takes the place of the one before', async () => {
    const app = await withAlice(CHANGE)
    await add(app, 'typo@example.com')
    await add(app, 'new@example.com')
    expect(await list(app)).toEqual([
      OLD,
      { id: 4, email: 'new@example.com', verified: false, primary: false },
    ])
    const { key } = await newestMail(app)
    expect((await verify(app, key)).status).toBe(200)
    expect(await list(app)).toEqual([
      { id: 4, email: 'new@example.com', verified: true, primary: true },
    ])
    expect(await newestMail(app)).toMatchObject({ to: 'alice@example.com' })
    expect(
      (await app.post('login/', { email: 'new@example.com', password: PASSWORD })).status,
    ).toBe(200)
    expect(
      (await app.post('login/', { email: 'alice@example.com', password: PASSWORD })).status,
    ).toBe(400)
  })

  test('an old key of what is gone proves nothing, and the same key twice answers twice', async () => {
    const app = await withAlice({ ...CHANGE, ...NO_LIMITS })
    await add(app, 'typo@example.com')
    const typo = await newestMail(app)
    await add(app, 'new@example.com')
    const { key } = await newestMail(app)
    expect((await verify(app, typo.key)).status).toBe(404)
    expect((await verify(app, key)).status).toBe(200)
    await app.settle()
    const mails = app.mailbox.length
    expect((await verify(app, encodeURIComponent(key))).status).toBe(200)
    await app.settle()
    expect(app.mailbox.length).toBe(mails)
  })

  test('an unproved former address is told nothing: it may be a stranger’s', async () => {
    const app = await createTestApp({
      env: CHANGE,
      users: [aUser({ tokenKey: KEY, emailVerified: false })],
    })
    await addAndProve(app, 'new@example.com')
    expect(app.mailbox.map(({ to }) => to)).toEqual(['new@example.com'])
    expect(await list(app)).toEqual([
      { id: 2, email: 'new@example.com', verified: true, primary: true },
    ])
  })
})

describe('undoing', () => {
  const UNDONE = {
    status: 200,
    body: { detail: 'The change has been undone. A link for a new password is on its way.' },
  }
  const BAD = { status: 400, body: { key: ['Invalid value'] } }

  /** A thief with the session changes the address; the owner holds the mail. */
  async function stolen(
    env: Record<string, unknown> = CHANGE,
  ): Promise<{ app: TestApp; key: string }> {
    const app = await withAlice({ ...env, ...NO_LIMITS })
    await addAndProve(app, 'thief@example.com')
    const { to, key } = await newestMail(app)
    expect(to).toBe('alice@example.com')
    return { app, key }
  }

  test('gives the address back, ends every login and the password, and mails a link for a new one', async () => {
    const { app, key } = await stolen()
    expect(await answerOf(undo(app, key))).toEqual(UNDONE)
    expect((await app.request('user/', { headers: BY_TOKEN })).status).toBe(401)
    expect((await app.post('login/', { username: 'alice', password: PASSWORD })).status).toBe(400)
    const mail = await newestMail(app)
    expect(mail).toMatchObject({
      to: 'alice@example.com',
      subject: expect.stringContaining('Password Reset'),
    })
    const rows = await app.deps().db.select().from(emailAddresses)
    expect(rows.filter(({ userId }) => userId === 1)).toEqual([
      expect.objectContaining({ email: 'alice@example.com', isVerified: true, isPrimary: true }),
    ])
    const [, uid, token] = /\/([^/\s]+)\/([^/\s]+)\/\s/.exec(app.mailbox.at(-1)?.text ?? '') ?? []
    const fresh = { new_password1: 'a-brand-new-horse', new_password2: 'a-brand-new-horse' }
    expect((await app.post('password/reset/confirm/', { uid, token, ...fresh })).status).toBe(200)
  })

  test('works after the thief has set a password by the new address, and ends it', async () => {
    const { app, key } = await stolen()
    await app.post('password/reset/', { email: 'thief@example.com' })
    await app.settle()
    const reset = /\/([^/\s]+)\/([^/\s]+)\/\s/.exec(app.mailbox.at(-1)?.text ?? '')
    const [, uid, token] = reset ?? []
    const fresh = { new_password1: 'a-thief-with-a-horse', new_password2: 'a-thief-with-a-horse' }
    expect((await app.post('password/reset/confirm/', { uid, token, ...fresh })).status).toBe(200)
    expect(await answerOf(undo(app, key))).toEqual(UNDONE)
    const thief = { username: 'alice', password: 'a-thief-with-a-horse' }
    expect((await app.post('login/', thief)).status).toBe(400)
    await app.settle()
    const mails = app.mailbox.length
    await app.post('password/reset/', { email: 'thief@example.com' })
    await app.settle()
    expect(app.mailbox.length).toBe(mails)
  })

  test('a link works once, of twenty at once, too', async () => {
    const { app, key } = await stolen()
    const all = await Promise.all(Array.from({ length: 20 }, () => undo(app, key)))
    expect(all.filter(({ status }) => status === 200).length).toBe(1)
    expect(await answerOf(undo(app, key))).toEqual(BAD)
  })

  test('no longer than EMAIL_CHANGE_UNDO_DAYS', async () => {
    const { app, key } = await stolen()
    app.clock.advance(7 * 86_400)
    expect(await answerOf(undo(app, key))).toEqual(BAD)
  })

  test.each(['', 'x', 'InRoaWVmIg:1x:abc'])('refuses the key %j', async (key) => {
    const { app } = await stolen()
    expect((await undo(app, key)).status).toBe(400)
  })

  test('a key that proves an address undoes nothing, and the other way round', async () => {
    const { app, key } = await stolen()
    expect((await verify(app, key)).status).toBe(404)
    await add(app, 'third@example.com')
    expect(await answerOf(undo(app, (await newestMail(app)).key))).toEqual(BAD)
  })

  test('the first owner’s link outlives the links of later changes', async () => {
    const { app, key } = await stolen()
    await addAndProve(app, 'accomplice@example.com')
    const later = await newestMail(app)
    expect(later.to).toBe('thief@example.com')
    expect(await answerOf(undo(app, key))).toEqual(UNDONE)
    expect(await answerOf(undo(app, later.key))).toEqual(BAD)
    expect(await app.deps().db.select().from(addressChanges)).toEqual([])
  })

  test('a later link leaves the earlier one good', async () => {
    const { app, key } = await stolen()
    await addAndProve(app, 'accomplice@example.com')
    expect(await answerOf(undo(app, (await newestMail(app)).key))).toEqual(UNDONE)
    expect(await answerOf(undo(app, key))).toEqual(UNDONE)
    const [user] = await app.deps().db.select().from(users)
    expect(user?.email).toBe('alice@example.com')
  })

  test('an address that another account has proved meanwhile stays there', async () => {
    const { app, key } = await stolen()
    await app.post('registration/', {
      username: 'carol',
      email: 'alice@example.com',
      password1: 'another-good-horse',
      password2: 'another-good-horse',
    })
    const mail = await newestMail(app)
    expect((await verify(app, mail.key)).status).toBe(200)
    expect(await answerOf(undo(app, key))).toEqual({
      status: 400,
      body: { key: ['Another account has this email address by now.'] },
    })
    expect((await app.request('user/', { headers: BY_TOKEN })).status).toBe(200)
  })

  test('beside other addresses: what was proved before stays, what came after goes', async () => {
    const app = await withAlice({ ...ON, ...NO_LIMITS })
    await addAndProve(app, 'mine@example.com')
    await addAndProve(app, 'thief@example.com')
    expect((await change(app, 'PATCH', 4)).status).toBe(200)
    const { to, key } = await newestMail(app)
    expect(to).toBe('alice@example.com')
    expect((await change(app, 'DELETE', 1)).status).toBe(204)
    const addedKey = /https?:\S*\/([^/\s]+)\/\s/.exec(app.mailbox[3]?.text ?? '')?.[1] ?? ''
    const { db, now } = app.deps()
    const passkey = { userId: 1, publicKey: '', algorithm: -7, userHandle: '', name: '' }
    await db.insert(passkeys).values([
      { ...passkey, credentialId: 'before', createdAt: new Date(now.getTime() - 1000) },
      { ...passkey, credentialId: 'after', createdAt: now },
    ])
    expect((await undo(app, addedKey)).status).toBe(200)
    const rows = await db.select().from(emailAddresses)
    expect(
      rows.filter(({ userId }) => userId === 1).map(({ email, isPrimary }) => [email, isPrimary]),
    ).toEqual(
      expect.arrayContaining([
        ['mine@example.com', false],
        ['alice@example.com', true],
      ]),
    )
    expect(rows.length).toBe(3)
    expect((await db.select().from(passkeys)).map(({ credentialId }) => credentialId)).toEqual([
      'before',
    ])
    // The link of the change that came after the undone one has gone with it.
    expect((await undo(app, key)).status).toBe(400)
  })
})

test('ACCOUNT_REAUTHENTICATION_REQUIRED asks for a recent proof before anything changes', async () => {
  const app = await withAlice({ ...ON, ...NO_LIMITS, ACCOUNT_REAUTHENTICATION_REQUIRED: 'true' })
  app.clock.advance(3600)
  const isAsked = async (response: Promise<Response>) =>
    (await answerOf(response)).body as { readonly code?: string }
  expect(await isAsked(add(app, 'x@example.com'))).toMatchObject({
    code: 'reauthentication_required',
  })
  expect((await change(app, 'PATCH', 1)).status).toBe(403)
  expect((await change(app, 'DELETE', 1)).status).toBe(403)
  expect((await app.request('emails/', { headers: BY_TOKEN })).status).toBe(200)
  expect((await app.post('login/', { username: 'alice', password: PASSWORD })).status).toBe(200)
  await app.settle()
  expect((await add(app, 'x@example.com')).status).toBe(201)
  app.clock.advance(3600)
  expect((await add(app, 'y@example.com')).status).toBe(403)
})

describe('a thief with a session', () => {
  const LEAVE = { ...CHANGE, ...NO_LIMITS, ACCOUNT_DELETION: 'hard' }

  test('who changes the address and then deletes the account loses both', async () => {
    const app = await withAlice(LEAVE)
    await addAndProve(app, 'thief@example.com')
    const { to, key } = await newestMail(app)
    expect(to).toBe('alice@example.com')
    expect((await app.post('user/delete/', undefined, BY_TOKEN)).status).toBe(200)
    await app.settle()
    const told = app.mailbox.slice(-2).map((mail) => [mail.to, mail.subject])
    expect(told).toEqual([
      ['thief@example.com', expect.stringContaining('Will Be Deleted')],
      ['alice@example.com', expect.stringContaining('Will Be Deleted')],
    ])
    expect((await undo(app, key)).status).toBe(200)
    const [account] = await app.deps().db.select().from(users)
    expect(account).toMatchObject({ email: 'alice@example.com', isActive: true })
    expect(await app.deps().db.select().from(accountDeletions)).toEqual([])
  })

  test('an operator’s ban outlives the link', async () => {
    const app = await withAlice(LEAVE)
    await addAndProve(app, 'thief@example.com')
    const { key } = await newestMail(app)
    await app.deps().db.run('update users set is_active = 0')
    expect((await undo(app, key)).status).toBe(400)
  })

  test('resets nothing by an address that is only claimed, nor logs in', async () => {
    const app = await withAlice({ ...ON, ...NO_LIMITS })
    await add(app, 'thief@example.com')
    await app.settle()
    app.mailbox.length = 0
    await app.post('password/reset/', { email: 'thief@example.com' })
    await app.settle()
    expect(app.mailbox).toEqual([])
    const login = { email: 'thief@example.com', password: PASSWORD }
    expect((await app.post('login/', login)).status).toBe(400)
    expect((await app.post('login/', { ...login, email: OLD.email })).status).toBe(200)
  })

  test('does not learn by the list of addresses who has one', async () => {
    const app = await withAlice({ ...ON, ...NO_LIMITS })
    await add(app, 'bob@example.com')
    await add(app, 'nobody@example.com')
    const twice = async (email: string) => (await answerOf(add(app, email))).body
    expect(await twice('bob@example.com')).toEqual(await twice('nobody@example.com'))
    const remove = async (id: number) => (await change(app, 'DELETE', id)).status
    expect([await remove(3), await remove(4)]).toEqual([204, 204])
  })
})

/** 20 rounds, or as many as the environment asks for. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 20)
/** A busy machine plays a round in less. */
const ROUNDS_MS = ROUNDS * 1_000

test(
  'of two accounts that prove one address at once, one has it',
  async () => {
    const app = await withAlice({ ...CHANGE, ...NO_LIMITS })
    const bob = await memberOf(app.post('login/', { username: 'bob', password: PASSWORD }), 'key')
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = `wanted${round}@example.com`
      await add(app, email)
      await app.post('emails/', { email }, { Authorization: `Token ${bob}` })
      await app.settle()
      const keys = app.mailbox
        .splice(0)
        .filter(({ to }) => to === email)
        .map(({ text }) => /https?:\S*\/([^/\s]+)\/\s/.exec(text)?.[1] ?? '')
      expect(keys.length).toBe(2)
      const answers = await Promise.all(keys.map((key) => verify(app, key)))
      await app.settle()
      const statuses = answers.map(({ status }) => status)
      expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 404])
      const rows = await app.deps().db.select().from(emailAddresses)
      const holders = rows.filter((row) => row.email === email && row.isVerified)
      expect(holders.length).toBe(1)
      const all = await app.deps().db.select().from(users)
      expect(all.filter((user) => user.email === email).map(({ id }) => id)).toEqual([
        holders[0]?.userId,
      ])
    }
  },
  ROUNDS_MS,
)
