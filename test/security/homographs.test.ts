import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { answerOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { mailedReset, takeMails } from '../support/mail.ts'
import { anIssuer } from '../support/providers/exchanges.ts'

/** What only looks like, or only folds to, the victim's address; its domain can be registered. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['ceo@linkedin.com', 'ceo@l\u0131nkedin.com'],
  ['ceo@strasse.de', 'ceo@stra\u00dfe.de'],
  ['mike@provider.example', 'm\u0131ke@provider.example'],
  ['sam@provider.example', '\u017fam@provider.example'],
  ['kate@provider.example', '\u212aate@provider.example'],
  ['ceo@\u03c3\u03bf\u03c6\u03cc\u03c3.gr', 'ceo@\u03c3\u03bf\u03c6\u03cc\u03c2.gr'],
]

const PASSWORD = 'right-horse-staple'

function register(app: TestApp, username: string, email: string): Promise<Response> {
  return app.post('registration/', { username, email, password1: PASSWORD, password2: PASSWORD })
}

describe.each(['safe', 'exact'])('%s: a provider’s verified look-alike', (mode) => {
  test.each(LOOK_ALIKES)('of %s leads to an account of its own: %s', async (email, lookAlike) => {
    const issuer = await anIssuer()
    const app = await createTestApp({
      env: {
        DJANGO_COMPATIBILITY: mode,
        SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
        SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true',
        ...issuer.env,
      },
      users: [aUser({ username: 'victim', email })],
    })
    app.outside.setExchanges(issuer.exchanges)
    const claims = { sub: 'evil', email: lookAlike, email_verified: true }
    const id_token = await issuer.sign(app, claims)
    const key = await memberOf(app.post('oidc/corp/', { id_token }), 'key')
    const me = await answerOf(app.request('user/', { headers: { Authorization: `Token ${key}` } }))
    expect(me.body).toMatchObject({ pk: 2 })
  })
})

describe('a verified look-alike', () => {
  test.each(LOOK_ALIKES)(
    'keeps the owner of %s neither out nor from mail',
    async (email, other) => {
      const app = await createTestApp({
        env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
        users: [aUser({ username: 'mallory', email: other })],
      })
      expect((await register(app, 'owner', email)).status).toBe(201)
      expect((await takeMails(app)).map(({ to }) => to)).not.toContain(other)
      await app.post('password/reset/', { email })
      const mails = await takeMails(app)
      expect(mails).toHaveLength(1)
      expect(mails[0]?.text).toContain('owner')
    },
  )
})

test('who registers another spelling of a taken mailbox gets no mail; its owner does, where it is stored', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
    users: [aUser({ email: 'alice@b\u00fccher.example' })],
  })
  expect((await register(app, 'mallory', 'ALICE@b\uff55\u0308cher.\uff45xample')).status).toBe(201)
  const mails = await takeMails(app)
  expect(mails.map(({ to }) => to)).toEqual(['alice@b\u00fccher.example'])
  expect(mails[0]?.text).toContain('alice@b\u00fccher.example')
})

test('an address is found in every spelling of its domain', async () => {
  const app = await createTestApp({ users: [aUser({ email: 'alice@b\u00fccher.example' })] })
  for (const email of ['alice@xn--bcher-kva.example', 'Alice@B\u00dcCHER.example']) {
    expect((await app.post('login/', { email, password: PASSWORD })).status).toBe(200)
    await app.post('password/reset/', { email })
    const { uid, token } = await mailedReset(app)
    const body = { uid, token, new_password1: PASSWORD, new_password2: PASSWORD }
    expect((await app.post('password/reset/confirm/', body)).status).toBe(200)
    await takeMails(app)
    // One reset mail in half a minute for a mailbox, however it is spelled.
    app.clock.advance(31)
  }
})

test('spellings of one mailbox count as one', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: false })] })
  const spellings = ['alice@example.com', 'alice@\uff45xample.com', 'alice@exampl\uff45.com']
  const statuses: number[] = []
  for (const email of spellings) {
    statuses.push((await app.post('registration/resend-email/', { email })).status)
  }
  expect(statuses).toEqual([200, 429, 429])
})

test('no address is cut: a shorter one is another mailbox', async () => {
  const app = await createTestApp()
  const labels = Array.from({ length: 4 }, () => 'c'.repeat(60)).join('.')
  const long = `${'\u0130'.repeat(2)}@${labels}.evil.co`
  expect((await register(app, 'alice', long)).status).toBe(201)
  const [row] = await app.deps().db.select().from(emailAddresses)
  expect(row?.email).toBe(long)
  expect((await register(app, 'bob', `${'b'.repeat(12)}@${labels}.e.co`)).status).toBe(400)
})
