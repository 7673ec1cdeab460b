/**
 * Somebody reads the mail of an address that the account loses meanwhile: taken away by its owner or by the operator.
 * What was mailed to it opens nothing, wherever the loss falls: before the request, or before any of its calls to the
 * database.
 */
import { describe, expect, test } from 'vitest'
import { changeEmail } from '../../src/core/operator/change-email.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { BY_MAIL, codeFromMail, keyFromMail, requestCode } from '../support/mailed.ts'
import { codeOf as factorCodeOf, FACTORS, seedFactor } from '../support/second-factor.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const OWNER = { Authorization: `Token ${KEY}` }
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const LOST = FAY.email
const ENV = {
  ...BY_MAIL,
  ...SOCIAL_ENV,
  EMAIL_MANAGEMENT: 'true',
  ACCOUNT_RATE_LIMITS: 'false',
  ACCOUNT_REAUTHENTICATION_REQUIRED: 'true',
  SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
  HONOUR_EMAIL_AUTHENTICATION: 'true',
  SOCIALACCOUNT_PROVIDERS: JSON.stringify({
    facebook: { APP: { client_id: 'fb-client' }, VERIFIED_EMAIL: true },
  }),
}

/** An account, and how it loses the address whose mail somebody reads. */
type World = {
  readonly setUp: (app: TestApp) => Promise<unknown>
  readonly lose: (app: TestApp) => Promise<unknown>
}

/** The address stands beside a primary one. */
const second =
  (isVerified: boolean): World['setUp'] =>
  async (app) => {
    await app.deps().db.insert(emailAddresses).values({
      userId: 1,
      email: LOST,
      emailFolded: LOST,
      isVerified,
    })
    if (!isVerified) await app.deps().db.update(emailAddresses).set({ isVerified: false })
  }

/** The address is the account's only one, and nobody has proved it. */
async function onlyClaimed(app: TestApp): Promise<void> {
  await app.deps().db.update(users).set({ email: LOST, emailFolded: LOST })
  await app
    .deps()
    .db.update(emailAddresses)
    .set({ email: LOST, emailFolded: LOST, isVerified: false })
}

async function removeIt(app: TestApp): Promise<void> {
  const listed = await app.request('emails/', { headers: OWNER })
  const rows = (await listed.json()) as readonly { readonly id: number; readonly email: string }[]
  const id = rows.find(({ email }) => email === LOST)?.id
  const removed = await app.request(`emails/${id}/`, { method: 'DELETE', headers: OWNER })
  expect(removed.status).toBe(204)
}

async function replaceIt(app: TestApp): Promise<void> {
  const [row] = await app.deps().db.select().from(users)
  if (row === undefined) throw new Error('no account')
  const given = { email: 'new@example.com', isVerified: true }
  const target = { ...row, passwordHash: row.password }
  expect(await changeEmail(app.deps(), target, given)).toMatchObject({ kind: 'changed' })
}

const WORLDS: Readonly<Record<string, World>> = {
  'a proved address that its owner removes': { setUp: second(true), lose: removeIt },
  'a claimed address that its owner removes': { setUp: second(false), lose: removeIt },
  'the only address, claimed, that its owner removes': { setUp: onlyClaimed, lose: removeIt },
  'a proved address that the operator replaces': { setUp: second(true), lose: replaceIt },
  'the only address, claimed, that the operator replaces': { setUp: onlyClaimed, lose: replaceIt },
}

type Attack = {
  /** Its first step proves the address, and evicts whoever had only claimed it. */
  readonly isOfProved?: true
  readonly env?: Readonly<Record<string, string>>
  readonly begin: (app: TestApp) => Promise<unknown>
  readonly run: (app: TestApp, begun: unknown) => Promise<Response>
}

async function codeOf(app: TestApp) {
  const handle = await requestCode(app, LOST)
  return { handle, code: await codeFromMail(app) }
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  'a login by a mailed code': {
    begin: codeOf,
    run: (app, begun) => app.post('login/code/confirm/', begun),
  },
  'a login by a mailed link': {
    begin: (app) => keyFromMail(app, LOST),
    run: (app, key) => app.post('login/link/confirm/', { key }),
  },
  'a proof by a mailed code': {
    begin: codeOf,
    run: (app, begun) => app.post('reauthenticate/', begun, OWNER),
  },
  'a reset by a mailed link': {
    begin: async (app) => {
      await app.post('password/reset/', { email: LOST })
      await app.settle()
      const mail = app.mailbox.findLast(({ text }) => text.includes('/confirm/'))
      const [, uid, token] = /confirm\/([^/]+)\/([^/]+)\//.exec(mail?.text ?? '') ?? []
      return { uid, token, ...NEW }
    },
    run: (app, begun) => app.post('password/reset/confirm/', begun),
  },
  'a reset by a mailed code': {
    begin: async (app) => {
      const asked = await app.post('password/reset/', { email: LOST })
      const { handle } = (await asked.json()) as { readonly handle: string }
      return { handle, code: await codeFromMail(app), ...NEW }
    },
    env: { ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true' },
    run: (app, begun) => app.post('password/reset/confirm/', begun),
  },
  'the second step of a login by a mailed code': {
    env: FACTORS,
    isOfProved: true,
    begin: async (app) => {
      await seedFactor(app)
      const first = await app.post('login/code/confirm/', await codeOf(app))
      const { ephemeral_token } = (await first.json()) as { readonly ephemeral_token: string }
      return { ephemeral_token, code: factorCodeOf(app) }
    },
    run: (app, begun) => app.post('mfa/verify/', begun),
  },
  'a login by a provider that knows the address': {
    begin: (app) => {
      app.outside.setExchanges(facebookKnows(FAY))
      return Promise.resolve()
    },
    run: (app) => app.post('facebook/', { access_token: 'fb-token' }),
  },
}

/** Has the account lose the address before the call to the database with that number; 0: before the request. */
async function race(world: World, attack: Attack, before: number) {
  const app = await createTestApp({
    env: { ...ENV, ...attack.env },
    users: [aUser({ tokenKey: KEY })],
  })
  await world.setUp(app)
  const begun = await attack.begin(app)
  await app.settle()
  if (before === 0) await world.lose(app)
  let calls = 0
  let isWatched = true
  app.outside.interceptDatabase(async (request, pass) => {
    if (!isWatched) return pass(request)
    calls += 1
    if (calls === before) {
      isWatched = false
      await world.lose(app)
      isWatched = true
    }
    return pass(request)
  })
  const response = await attack.run(app, begun)
  isWatched = false
  await app.settle()
  app.outside.interceptDatabase(undefined)
  return { app, response, calls }
}

/** What of the account, the first one, the answer opened: whoever comes by a provider may get one of their own. */
async function openedBy(app: TestApp, response: Response): Promise<string | undefined> {
  const body = (await response.json()) as Readonly<Record<string, unknown>>
  if (body['reauthenticated_until'] !== undefined) return 'a proof'
  const login = { username: 'alice', password: NEW.new_password1 }
  if ((await app.post('login/', login)).status === 200) return 'a password'
  if (typeof body['key'] !== 'string') return undefined
  const headers = { Authorization: `Token ${body['key']}` }
  const user = (await (await app.request('user/', { headers })).json()) as { readonly pk?: number }
  return user.pk === 1 ? 'a login' : undefined
}

describe.each(Object.entries(WORLDS))('%s', (name, world) => {
  const attacks = Object.entries(ATTACKS).filter(
    ([, { isOfProved }]) => isOfProved !== true || name.includes('a proved'),
  )
  test.each(attacks)('opens nothing to %s', async (_attack, attack) => {
    for (let before = 0; ; before += 1) {
      const { app, response, calls } = await race(world, attack, before)
      if (calls < before) break
      const opened = await openedBy(app, response)
      expect({ before, opened }).toEqual({ before, opened: undefined })
    }
  })
})

test.each(Object.entries(ATTACKS))(
  'an address that stays opens the account to %s',
  async (_, attack) => {
    for (const isVerified of [true, false]) {
      const stays = { setUp: second(isVerified), lose: () => Promise.resolve() }
      const { app, response } = await race(stays, attack, 0)
      expect(await openedBy(app, response)).toBeDefined()
    }
  },
)
