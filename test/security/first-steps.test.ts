import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { disconnect } from '../../src/core/social/accounts.ts'
import { passkeys } from '../../src/db/schema/passkeys.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { BY_MAIL, codeFromMail, confirmCode, requestCode } from '../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { assertionOf, beginPasskeyLogin, seedKey } from '../support/second-factor.ts'
import { codeOf, FACTORS, seedFactor, verify } from '../support/second-factor.ts'
import { seedSocialAccount } from '../support/seed.ts'

// By what a first step reached an account must still lead there when the next one is done: whoever took it away from
// the account meant to shut somebody out.

const ENV = {
  ...FACTORS,
  ...BY_MAIL,
  ...SOCIAL_ENV,
  ACCOUNT_RATE_LIMITS: 'false',
  PASSKEY_USER_VERIFICATION: 'preferred',
}
const MAILED = { ...ENV, ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }

type Body = { readonly ephemeral_token: string; readonly handle: string }
type FirstStep = {
  readonly take: (app: TestApp) => Promise<Response>
  /** Takes what it came by from the account. */
  readonly lose: (app: TestApp) => Promise<unknown>
}

async function loseAddress(app: TestApp): Promise<void> {
  const { db } = app.deps()
  const other = { email: 'new@example.com', emailFolded: 'new@example.com' }
  await db.update(emailAddresses).set(other).where(eq(emailAddresses.userId, 1))
  await db.update(users).set(other).where(eq(users.id, 1))
}

const social: FirstStep = {
  take: async (app) => {
    await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
    app.outside.setExchanges(facebookKnows(FAY))
    return app.post('/facebook/', { access_token: 'fb-token' })
  },
  lose: async (app) => expect(await disconnect(app.deps(), 1, 1)).toEqual({ kind: 'disconnected' }),
}

const passkey: FirstStep = {
  take: async (app) => {
    await seedKey(app, 'laptop')
    const { challenge, session_id } = await beginPasskeyLogin(app)
    const credential = assertionOf('laptop', challenge, { counter: 1, flags: 1 })
    return app.post('/passkeys/login/complete/', { credential, session_id })
  },
  lose: async (app) => app.deps().db.delete(passkeys),
}

const mailed: FirstStep = {
  take: async (app) => {
    const handle = await requestCode(app)
    return confirmCode(app, handle, await codeFromMail(app))
  },
  lose: loseAddress,
}

const password: FirstStep = {
  take: (app) => app.post('/login/', { username: 'alice', password: 'right-horse-staple' }),
  lose: loseAddress,
}

const afterMailedStep: FirstStep = {
  take: async (app) => {
    const { handle } = (await (await password.take(app)).json()) as Body
    return confirmCode(app, handle, await codeFromMail(app))
  },
  lose: loseAddress,
}

async function aliceApp(env: object, hasFactor: boolean): Promise<TestApp> {
  const app = await createTestApp({ env: { ...env }, users: [aUser()] })
  if (hasFactor) await seedFactor(app)
  return app
}

test.each<[string, FirstStep, object]>([
  ['a social account that is disconnected', social, ENV],
  ['a passkey that is deleted', passkey, ENV],
  ['a mailbox whose address is replaced', mailed, ENV],
  ['a password and a mailbox whose address is replaced', afterMailedStep, MAILED],
])('no code of the app completes a login by %s', async (_, { take, lose }, env) => {
  for (const isLost of [false, true]) {
    const app = await aliceApp(env, true)
    const { ephemeral_token } = (await (await take(app)).json()) as Body
    if (isLost) await lose(app)
    const { status } = await verify(app, ephemeral_token, codeOf(app))
    expect({ isLost, status }).toEqual({ isLost, status: isLost ? 400 : 200 })
  }
})

test.each<[string, FirstStep]>([
  ['a social account that is disconnected', social],
  ['a passkey that is deleted', passkey],
  ['a password, where the address it was mailed to is replaced', password],
])('no mailed code completes a login by %s', async (_, { take, lose }) => {
  for (const isLost of [false, true]) {
    const app = await aliceApp(MAILED, false)
    const { handle } = (await (await take(app)).json()) as Body
    const code = await codeFromMail(app)
    if (isLost) await lose(app)
    const { status } = await confirmCode(app, handle, code)
    expect({ isLost, status }).toEqual({ isLost, status: isLost ? 400 : 200 })
  }
})
