import { seedSocialAccount, type SeededUser } from '../support/seed.ts'
import { FACEBOOK_DEBUG, FACEBOOK_ME, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { JWT, KEY, plain, requestOf, TOKEN, type Operation } from './operations.ts'

/** Facebook, which knows Fay. */
const facebook: typeof fetch = async (input) => {
  const { origin, pathname } = new URL(new Request(input).url)
  switch (origin + pathname) {
    case FACEBOOK_ME:
      return Response.json(FAY)
    case FACEBOOK_DEBUG:
      return Response.json({ data: { app_id: 'fb-client', is_valid: true, type: 'USER' } })
    default:
      throw new Error(`Nobody is at ${origin}${pathname}.`)
  }
}

/** An operation on somebody who may be at Facebook already. */
function social(operation: {
  readonly name: string
  readonly env?: Operation['env']
  readonly user?: Partial<SeededUser>
  readonly isConnected?: boolean
  readonly request: () => Request
  readonly status?: number
  readonly again?: readonly number[]
}): Operation {
  const { isConnected, env, ...rest } = operation
  const base = plain({ status: 200, ...rest, env: { ...SOCIAL_ENV, ...env } })
  return {
    ...base,
    fetch: facebook,
    prepare: async (world) => {
      const request = await base.prepare(world)
      if (isConnected === true) {
        await seedSocialAccount(world.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
      }
      return request
    },
  }
}

const given = { access_token: 'fb-token' }
const logIn = requestOf('POST', 'facebook/', given)

/** Every operation with a provider that waits for the database. */
export const SOCIAL_OPERATIONS: readonly Operation[] = [
  social({ name: 'social sign-up', request: logIn }),
  social({ name: 'social sign-up (JWT)', env: JWT, request: logIn }),
  social({
    name: 'social sign-up (session)',
    env: { SESSION_LOGIN: 'true', TOKEN_MODEL: 'null' },
    status: 204,
    request: logIn,
  }),
  social({
    name: 'social login',
    user: { tokenKey: KEY },
    isConnected: true,
    request: logIn,
  }),
  social({ name: 'social login (new token)', isConnected: true, request: logIn }),
  social({
    name: 'social connect',
    user: { tokenKey: KEY },
    request: requestOf('POST', 'facebook/connect/', given, TOKEN),
  }),
  social({
    name: 'social accounts',
    user: { tokenKey: KEY },
    isConnected: true,
    request: requestOf('GET', 'socialaccounts/', undefined, TOKEN),
  }),
  social({
    name: 'social disconnect',
    user: { tokenKey: KEY },
    isConnected: true,
    request: requestOf('POST', 'socialaccounts/1/disconnect/', {}, TOKEN),
    // The account is not there any more.
    again: [404],
  }),
]

/** Those that send a mail. */
export const SOCIAL_MAILING_OPERATIONS = SOCIAL_OPERATIONS.slice(0, 1)
