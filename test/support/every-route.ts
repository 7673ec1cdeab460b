import { servedMethods } from '../../src/surfaces/rest-auth/methods.ts'
import { mountedRoutes } from '../../src/surfaces/rest-auth/routes.ts'
import type { TestApp } from './app.ts'
import { BY_MAIL } from './mailed.ts'
import { FACTORS } from './second-factor.ts'

/** Settings under which every endpoint is there. */
export const EVERY_ROUTE = {
  ...FACTORS,
  ...BY_MAIL,
  ACCOUNT_DELETION: 'soft',
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
  DATA_EXPORT: 'true',
  EMAIL_MANAGEMENT: 'true',
  INTROSPECTION_CLIENTS: { api: '0123456789abcdef0123456789abcdef01234567' },
  MFA_TRUST_ENABLED: 'true',
  SESSION_DEVICES: 'true',
  SESSION_MANAGEMENT: 'true',
  SOCIALACCOUNT_PROVIDERS: {
    facebook: { APPS: [{ client_id: 'fb', secret: 'fb-secret' }] },
    twitter: { APPS: [{ client_id: 'tw', secret: 'tw-secret' }] },
    google: { APPS: [{ client_id: 'go', secret: 'go-secret' }] },
  },
  SOCIAL_SIGNUP: 'true',
  TOKEN_PER_DEVICE: 'true',
  USER_FIELDS: {
    slug: { type: 'string', pattern: '(?:[a-z0-9]*-?){0,80}', unique: true },
    age: { type: 'integer' },
    born: { type: 'date' },
    site: { type: 'url' },
    tel: { type: 'phone' },
    news: { type: 'boolean' },
    plan: { type: 'choice', choices: ['free', 'paid'] },
    more: { type: 'json' },
  },
}

/** A method of an endpoint, at a path that could be somebody's. */
export type EveryMethod = {
  readonly method: string
  readonly path: string
  readonly access: 'anyone' | 'authenticated'
  /** Of the body, own ones among them. */
  readonly fields: readonly string[]
}

/** Every method of every endpoint that is there. */
export async function everyMethod({ settings }: TestApp): Promise<readonly EveryMethod[]> {
  const routes = Object.entries(await mountedRoutes(settings))
  return routes.flatMap(([pattern, route]) =>
    servedMethods(route, settings).map(([method, { input, takesOwnFields }]) => ({
      method,
      path: pattern.replaceAll(/:\w+\{[^{}]*\}/g, '1'),
      access: route.access(settings, method),
      fields: [
        ...Object.keys(input?.(settings) ?? {}),
        ...(takesOwnFields === true ? settings.USER_FIELDS.map(({ name }) => name) : []),
      ],
    })),
  )
}
