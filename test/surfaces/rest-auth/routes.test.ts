import { expect, test } from 'vitest'
import { mountedRoutes } from '../../../src/surfaces/rest-auth/routes.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

/** Everything that adds an endpoint, on at once. */
const EVERYTHING = {
  SECRET_KEY: 'routes-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
  USE_JWT: 'true',
  SESSION_MANAGEMENT: 'true',
  EMAIL_MANAGEMENT: 'true',
  ACCOUNT_DELETION: 'soft',
  DATA_EXPORT: 'true',
  SOCIAL_SIGNUP: 'true',
  INTROSPECTION_CLIENTS: '{"api":"0123456789abcdef0123456789abcdef01234567"}',
  SOCIALACCOUNT_PROVIDERS: '{"facebook":{"APPS":[{"client_id":"a","secret":"b"}]}}',
}

/**
 * Who may call, whether credentials are looked at, what is done with cookies, in which modes calls count in DRF's
 * scope, and the methods with what Turnstile guards them as. An endpoint that is opened, that is no longer counted
 * or that takes cookies otherwise is a decision, and changes this table.
 */
const TABLE = `
emails/                            authenticated  default  identifies  safe exact  GET POST
emails/:id{[0-9]+}/                authenticated  default  identifies  safe exact  PATCH DELETE
emails/:id{[0-9]+}/resend/         authenticated  default  identifies  safe exact  POST
emails/undo/                       anyone         default  identifies  safe exact  POST
login/                             anyone         default  logs_in     safe exact  POST:login
logout/                            anyone         default  logs_out    safe exact  GET POST
logout/all/                        authenticated  default  identifies  -           POST
password/change/                   authenticated  default  identifies  safe exact  POST:change_password
password/reset/                    anyone         default  identifies  safe exact  POST:reset_password
password/reset/confirm/            anyone         default  identifies  safe exact  POST
registration/                      anyone         default  logs_in     safe exact  POST:signup
registration/resend-email/         anyone         default  identifies  safe        POST:resend_email
registration/verify-email/         anyone         default  identifies  safe        POST
sessions/                          authenticated  default  identifies  -           GET DELETE
sessions/:id{[0-9a-f]+}/           authenticated  default  identifies  -           PATCH DELETE
social/signup/                     anyone         default  logs_in     safe exact  POST:signup
socialaccounts/                    authenticated  default  identifies  -           GET
socialaccounts/:id{[0-9]+}/disconnect/  authenticated  default  identifies  -      POST
token/introspect/                  anyone         none     identifies  -           POST
token/refresh/                     anyone         none     logs_in     safe        POST
token/verify/                      anyone         none     identifies  safe        POST
reauthenticate/                    authenticated  default  identifies  safe exact  GET POST
user/delete/                       authenticated  default  logs_out    safe exact  POST
user/delete/undo/                  anyone         default  identifies  safe exact  POST
user/export/                       authenticated  default  identifies  safe exact  GET
user/                              authenticated  default  identifies  -           GET PUT PATCH
facebook/                          anyone         default  logs_in     safe exact  POST:social_login
facebook/connect/                  authenticated  default  logs_in     safe exact  POST
facebook/authorize/                anyone         default  identifies  safe exact  GET
`

test('every endpoint is open, counted and near cookies as the table says', async () => {
  const inMode = async (mode: string) => {
    const settings = parseSettings({ ...EVERYTHING, DJANGO_COMPATIBILITY: mode })
    return { mode, settings, routes: await mountedRoutes(settings) }
  }
  const safe = await inMode('safe')
  const exact = await inMode('exact')
  const found = Object.entries(safe.routes).map(([path, route]) => {
    const counted = [safe, exact]
      .filter(({ routes, settings }) => routes[path]?.isThrottled(settings) === true)
      .map(({ mode }) => mode)
    const methods = Object.entries(route.methods).map(([method, { turnstile }]) =>
      turnstile === undefined ? method : `${method}:${turnstile}`,
    )
    return [
      path,
      route.access(safe.settings),
      route.authentication,
      route.cookieUse,
      ...(counted.length === 0 ? ['-'] : counted),
      ...methods,
    ].join(' ')
  })
  const expected = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).join(' '))
  expect(found.toSorted()).toEqual(expected.toSorted())
})

test('no endpoint is open to more in one mode than in the other', async () => {
  const accessOf = async (mode: string) => {
    const settings = parseSettings({ ...EVERYTHING, DJANGO_COMPATIBILITY: mode })
    const routes = Object.entries(await mountedRoutes(settings))
    return new Map(routes.map(([path, route]) => [path, route.access(settings)]))
  }
  const safe = await accessOf('safe')
  for (const [path, access] of await accessOf('exact')) {
    expect([path, access]).toEqual([path, safe.get(path)])
  }
})
