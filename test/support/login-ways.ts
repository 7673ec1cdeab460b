import { memberOf } from './answer.ts'
import type { TestApp } from './app.ts'
import { BY_MAIL, codeFromMail, keyFromMail, requestCode } from './mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from './providers/exchanges.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  seedFactor,
  seedKey,
} from './second-factor.ts'

/** The password that users of tests have. */
export const PASSWORD = 'right-horse-staple'

/** A login with it. */
export const LOGIN = { username: 'alice', password: PASSWORD }

/** Every way of logging in that takes what a login chooses (`chosen`, in its body), for alice with the address of FAY. */
export const LOGIN_WAYS: Readonly<
  Record<
    string,
    {
      readonly env?: Readonly<Record<string, unknown>>
      readonly logIn: (app: TestApp, chosen: object) => Promise<Response>
    }
  >
> = {
  'a password': { logIn: async (app, chosen) => app.post('login/', { ...LOGIN, ...chosen }) },
  'a mailed code': {
    env: BY_MAIL,
    logIn: async (app, chosen) => {
      const handle = await requestCode(app, FAY.email)
      const code = await codeFromMail(app)
      return app.post('login/code/confirm/', { handle, code, ...chosen })
    },
  },
  'a mailed link': {
    env: BY_MAIL,
    logIn: async (app, chosen) => {
      const key = await keyFromMail(app, FAY.email)
      return app.post('login/link/confirm/', { key, ...chosen })
    },
  },
  'a second step': {
    env: FACTORS,
    logIn: async (app, chosen) => {
      await seedFactor(app)
      const first = await app.post('login/', { ...LOGIN, ...chosen })
      const token = await memberOf(first, 'ephemeral_token')
      return app.post('mfa/verify/', { ephemeral_token: token, code: codeOf(app) })
    },
  },
  'a passkey': {
    env: FACTORS,
    logIn: async (app, chosen) => {
      await seedKey(app, 'phone')
      const { challenge, session_id } = await beginPasskeyLogin(app)
      const credential = assertionOf('phone', challenge)
      return app.post('passkeys/login/complete/', { credential, session_id, ...chosen })
    },
  },
  'a provider': {
    env: {
      ...SOCIAL_ENV,
      SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
      SOCIALACCOUNT_PROVIDERS: JSON.stringify({
        facebook: { APP: { client_id: 'fb-client' }, VERIFIED_EMAIL: true },
      }),
    },
    logIn: async (app, chosen) => {
      app.outside.setExchanges(facebookKnows(FAY))
      return app.post('facebook/', { access_token: 'fb-token', ...chosen })
    },
  },
  'a registration': {
    env: { REGISTRATION_SETS_JWT_COOKIES: 'true' },
    logIn: async (app, chosen) =>
      app.post('registration/', {
        username: 'bob',
        email: 'bob@example.com',
        password1: PASSWORD,
        password2: PASSWORD,
        ...chosen,
      }),
  },
}
