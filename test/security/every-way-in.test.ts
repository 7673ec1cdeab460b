/** The table of `docs/security.md` is what is tested here: every cell is tried, and says what happened. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eq } from 'drizzle-orm'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { BY_MAIL, codeFromMail, keyFromMail, requestCode } from '../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { seedSocialAccount } from '../support/seed.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  FACTORS,
  seedFactor,
  seedKey,
} from '../support/second-factor.ts'

const PASSWORD = 'right-horse-staple'
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const ENV = {
  ...SOCIAL_ENV,
  ...FACTORS,
  ...BY_MAIL,
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
  PASSKEY_USER_VERIFICATION: 'preferred',
}

/** What is done before the account is in its state; answers the last request of the way in. */
type WayIn = (app: TestApp) => Promise<() => Promise<Response>>

const passkey =
  (flags: number): WayIn =>
  async (app) => {
    await seedKey(app, 'laptop')
    return async () => {
      const { challenge, session_id } = await beginPasskeyLogin(app)
      const credential = assertionOf('laptop', challenge, { counter: 1, flags })
      return app.post('/passkeys/login/complete/', { credential, session_id })
    }
  }

const login = (app: TestApp) => app.post('/login/', { username: 'alice', password: PASSWORD })

/** The rows of the table by the path that they name. */
const WAYS_IN: Readonly<Record<string, WayIn>> = {
  '`login/`': async (app) => () => login(app),
  '`login` without the slash': async (app) => () =>
    app.post('/login', { username: 'alice', password: PASSWORD }),
  '`facebook/`, and every other provider': async (app) => {
    await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
    return () => {
      app.outside.setExchanges(facebookKnows(FAY))
      return app.post('/facebook/', { access_token: 'fb-token' })
    }
  },
  '`passkeys/login/complete/`, user verified': passkey(5),
  '`passkeys/login/complete/`, user present': passkey(1),
  '`login/code/confirm/`': async (app) => {
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    return () => app.post('/login/code/confirm/', { handle, code })
  },
  '`login/link/confirm/`': async (app) => {
    const key = await keyFromMail(app)
    return () => app.post('/login/link/confirm/', { key })
  },
  '`token/refresh/`': async (app) => {
    await app.deps().db.update(emailAddresses).set({ isVerified: true })
    const { refresh } = (await (await login(app)).json()) as { refresh: string }
    await app.settle()
    return () => app.post('/token/refresh/', { refresh })
  },
  '`password/reset/confirm/`': async (app) => {
    await app.post('/password/reset/', { email: 'alice@example.com' })
    await app.settle()
    const mail = app.mailbox.at(-1)?.text ?? ''
    const [, uid, token] = /confirm\/([^/]+)\/([^/]+)\//.exec(mail) ?? []
    return () => app.post('/password/reset/confirm/', { uid, token, ...NEW })
  },
  '`registration/`': async (app) => () =>
    app.post('/registration/', {
      username: 'bob',
      email: 'alice@example.com',
      password1: PASSWORD,
      password2: PASSWORD,
    }),
}

/** The columns, by the state that the account gets before the last request. */
const STATES: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
  'nothing special': () => Promise.resolve(),
  'address unverified': async (app) => {
    await app.deps().db.update(emailAddresses).set({ isVerified: false })
  },
  disabled: async (app) => {
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
  },
  'one-time codes on': (app) => seedFactor(app),
  'passkey registered': (app) => seedKey(app, 'phone'),
}

async function answerOf(response: Response): Promise<string> {
  const body = (await response.json()) as object
  if (response.status >= 400) return 'refuses'
  if ('mfa_required' in body) return 'asks for a code'
  return 'access' in body ? 'logs in' : 'logs nobody in'
}

type Cell = { readonly way: string; readonly state: string; readonly answer: string }

/** The cells of the table, as they are published. */
function cells(): readonly Cell[] {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
  const [, table = ''] = text.split('<!-- every way in -->')
  const rows = table
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const [[, ...states] = [], , ...ways] = rows
  return ways.flatMap(([way = '', ...answers]) =>
    answers.map((answer, index) => ({ way, state: states[index] ?? '', answer })),
  )
}

describe('what docs/security.md says of every way in', () => {
  test('is about all of them, in every state', () => {
    const named = cells().map(({ way, state }) => `${way} ${state}`)
    const expected = Object.keys(WAYS_IN).flatMap((way) =>
      Object.keys(STATES).map((state) => `${way} ${state}`),
    )
    expect(named).toEqual(expected)
  })

  test.each(cells().map((cell) => [`${cell.way}, ${cell.state}: ${cell.answer}`, cell] as const))(
    '%s',
    async (_name, { way, state, answer }) => {
      const app = await createTestApp({ env: ENV, users: [aUser()] })
      const last = await WAYS_IN[way]?.(app)
      await STATES[state]?.(app)
      if (last === undefined) throw new Error(`nothing is known of ${way}`)
      expect(await answerOf(await last())).toBe(answer)
      app.outside.setExchanges([])
    },
  )
})
