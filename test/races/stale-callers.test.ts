/**
 * Somebody with a stolen token changes something while the owner takes the account back: whatever happens between the
 * authentication of a request and what it writes, what it writes rests on the token still being good.
 */
import { describe, expect, test } from 'vitest'
import { deactivateAccount } from '../../src/core/accounts/operator.ts'
import { makeCredential } from '../conformance/authenticator.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { EVERY_ROUTE } from '../support/every-route.ts'
import { everythingIn } from '../support/everything.ts'
import { codeOf, seedFactor, seedKey } from '../support/second-factor.ts'

const OLD = 'right-horse-staple'
const NEW = 'another-horse-staple'

type Headed = Readonly<Record<string, string>>

async function logIn(app: TestApp): Promise<Headed> {
  const response = await app.post('login/', { username: 'alice', password: OLD })
  const { key, access } = (await response.json()) as Readonly<Record<string, string>>
  await app.settle()
  return { Authorization: key === undefined ? `Bearer ${access}` : `Token ${key}` }
}

const RECOVERIES: Readonly<
  Record<string, (app: TestApp, owner: Headed, stolen: Headed) => Promise<unknown>>
> = {
  'a password change': (app, owner) =>
    app.post('password/change/', { new_password1: NEW, new_password2: NEW }, owner),
  'a deactivation': (app) => deactivateAccount(app.deps(), 1),
  'a logout everywhere': (app, owner) => app.post('logout/all/', undefined, owner),
  'a deletion': (app, owner) => app.post('user/delete/', {}, owner),
  'a logout of the stolen token': (app, _owner, stolen) => app.post('logout/', {}, stolen),
}

type Change = {
  /** Under JWTs it is decided in the first call, so that is what the recovery goes before. */
  readonly isOneCallByJwt?: true
  readonly begin?: (app: TestApp, stolen: Headed) => Promise<unknown>
  readonly run: (app: TestApp, stolen: Headed, begun: unknown) => Promise<Response>
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const patch = (app: TestApp, path: string, stolen: Headed, body: unknown): Promise<Response> =>
  app.request(path, {
    method: 'PATCH',
    headers: { ...JSON_TYPE, ...stolen },
    body: JSON.stringify(body),
  })

async function bodyOf(response: Response | Promise<Response>): Promise<Record<string, string>> {
  return (await response).json()
}

const CHANGES: Readonly<Record<string, Change>> = {
  'the own names': {
    run: (app, stolen) => patch(app, 'user/', stolen, { first_name: 'Eve' }),
  },
  'the own names and fields': {
    run: (app, stolen) => patch(app, 'user/', stolen, { username: 'eve', slug: 'eve' }),
  },
  'an own address': {
    run: (app, stolen) => app.post('emails/', { email: 'eve@example.com' }, stolen),
  },
  'the name of a login': {
    begin: async (app, stolen) => {
      const response = await app.request('sessions/', { headers: stolen })
      return ((await response.json()) as readonly { readonly id: string }[])[0]?.id
    },
    run: (app, stolen, id) => patch(app, `sessions/${String(id)}/`, stolen, { name: 'Eve' }),
  },
  'an authenticator app': {
    begin: (app, stolen) => bodyOf(app.request('mfa/totp/activate/', { headers: stolen })),
    run: (app, stolen, begun) => {
      const { activation_token, secret } = begun as Readonly<Record<string, string>>
      return app.post(
        'mfa/totp/activate/',
        { activation_token, code: codeOf(app, 0, secret) },
        stolen,
      )
    },
  },
  'new recovery codes': {
    begin: (app) => seedFactor(app),
    run: (app, stolen) => app.post('mfa/recovery-codes/regenerate/', {}, stolen),
  },
  'the end of an authenticator app': {
    begin: (app) => seedFactor(app),
    run: (app, stolen) => app.post('mfa/totp/deactivate/', { code: codeOf(app) }, stolen),
  },
  'a passkey': {
    begin: (app, stolen) => bodyOf(app.post('passkeys/register/begin/', {}, stolen)),
    run: (app, stolen, begun) => {
      const { challenge } = begun as Readonly<Record<string, string>>
      const credential = makeCredential({
        action: 'create',
        key: 'eve',
        challenge: challenge ?? '',
      })
      return app.post('passkeys/register/complete/', { credential, name: 'Eve' }, stolen)
    },
  },
  'the name of a passkey': {
    isOneCallByJwt: true,
    begin: (app) => seedKey(app, 'laptop'),
    run: (app, stolen, id) => patch(app, `passkeys/${String(id)}/`, stolen, { name: 'Eve' }),
  },
  'a recent proof': {
    run: (app, stolen) => app.post('reauthenticate/', { password: OLD }, stolen),
  },
}

/** What a refused change may leave: that it was tried. */
const TRACES = ['audit_events', 'email_outbox', 'spent_tokens']

describe.each(['true', 'false'])('with USE_JWT=%s', (useJwt) => {
  describe.each(Object.entries(RECOVERIES))('%s', (_recovery, recover) => {
    test.each(Object.entries(CHANGES))(
      'goes before a change of %s that is under way',
      async (_name, change) => {
        const app = await createTestApp({
          env: {
            ...EVERY_ROUTE,
            USE_JWT: useJwt,
            ACCOUNT_RATE_LIMITS: 'false',
            KNOWN_DEVICE_COOKIE: '',
          },
          users: [aUser()],
        })
        const [owner, stolen] = [await logIn(app), await logIn(app)]
        const begun = await change.begin?.(app, stolen)
        await app.settle()
        const before = useJwt === 'true' && change.isOneCallByJwt ? 1 : 2
        let calls = 0
        let isRecovering = false
        let left = ''
        app.outside.interceptDatabase(async (request, pass) => {
          if (isRecovering) return pass(request)
          calls += 1
          if (calls === before) {
            isRecovering = true
            await recover(app, owner, stolen)
            left = await everythingIn(app, TRACES)
            isRecovering = false
          }
          return pass(request)
        })
        const response = await change.run(app, stolen, begun)
        await app.settle()
        app.outside.interceptDatabase(undefined)
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
        expect(await everythingIn(app, TRACES)).toBe(left)
      },
    )
  })
})
