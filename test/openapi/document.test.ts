import { expect, test } from 'vitest'
import { mountedRoutes } from '../../src/surfaces/rest-auth/routes.ts'
import { createTestApp } from '../support/app.ts'
import { BY_MAIL } from '../support/mailed.ts'
import { FACTORS } from '../support/second-factor.ts'
import { createAnswerCheck } from './answers.ts'
import { describeDeployment } from './settings.ts'

const PREFIX = '/dj-rest-auth/'
const COOKIES = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access', JWT_AUTH_REFRESH_COOKIE: 'refresh' }

test('is served as JSON, and names the endpoints that the settings serve', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true' } })
  const response = await app.request('openapi.json')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  const document = await describeDeployment({ USE_JWT: 'true' })
  expect(await response.json()).toEqual(document)
  const served = Object.keys(await mountedRoutes(app.settings))
  expect(Object.keys(document.paths).map((path) => path.replaceAll(/{\w+}/g, ''))).toEqual(
    served.map((path) => PREFIX + path.replaceAll(/:\w+({[^}]*})?/g, '')),
  )
  expect(Object.keys(document.paths)).toContain(`${PREFIX}socialaccounts/{id}/disconnect/`)
  expect(Object.keys(document.paths)).toContain(`${PREFIX}token/refresh/`)
})

test('leaves out endpoints that a setting turns off', async () => {
  expect(Object.keys((await describeDeployment({})).paths)).not.toContain(
    '/dj-rest-auth/token/refresh/',
  )
})

test.each([
  ['false', ['post', 'options']],
  ['true', ['get', 'post', 'options']],
])(
  'describes the methods that ACCOUNT_LOGOUT_ON_GET=%s leaves of logout/',
  async (flag, methods) => {
    const { paths } = await describeDeployment({ ACCOUNT_LOGOUT_ON_GET: flag })
    expect(Object.keys(paths[`${PREFIX}logout/`] ?? {})).toEqual(methods)
  },
)

test('describes the fields that the settings ask for', async () => {
  const path = `${PREFIX}password/change/`
  const body = async (env: Readonly<Record<string, unknown>>) =>
    (await describeDeployment(env)).components.schemas['PasswordChangeRequest']
  expect((await body({}))?.['required']).toEqual(['new_password1', 'new_password2'])
  expect(await body({ OLD_PASSWORD_FIELD_ENABLED: 'true' })).toEqual({
    type: 'object',
    properties: {
      old_password: passwordProperty('correct horse battery staple'),
      new_password1: passwordProperty('an even longer horse battery staple'),
      new_password2: passwordProperty('an even longer horse battery staple'),
    },
    required: ['old_password', 'new_password1', 'new_password2'],
  })
  expect((await describeDeployment({})).paths[path]?.['post']?.operationId).toBe(
    'password_change_create',
  )
})

function passwordProperty(example: string): unknown {
  return {
    type: 'string',
    format: 'password',
    writeOnly: true,
    minLength: 1,
    maxLength: 128,
    examples: [example],
  }
}

test('says how to authenticate, and where a CSRF token goes with it', async () => {
  const tokens = await describeDeployment({})
  expect(Object.keys(tokens.components.securitySchemes)).toEqual(['token'])
  expect(tokens.paths[`${PREFIX}user/`]?.['put']?.parameters).toBeUndefined()
  const cookies = await describeDeployment(COOKIES)
  expect(cookies.components.securitySchemes).toEqual({
    jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    jwtCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: 'access',
      description: 'Set by logins and refreshes.',
    },
  })
  expect(cookies.paths[`${PREFIX}user/`]?.['put']?.security).toEqual([
    { jwt: [] },
    { jwtCookie: [] },
  ])
  expect(cookies.paths[`${PREFIX}user/`]?.['put']?.parameters).toEqual([
    {
      name: 'X-Csrftoken',
      in: 'header',
      required: false,
      description: 'With cookie credentials: the value of the cookie csrftoken.',
      schema: { type: 'string' },
    },
  ])
  expect(cookies.paths[`${PREFIX}token/refresh/`]?.['post']?.security).toEqual([])
})

test('operations are described in own words, each of which has its operation', async () => {
  const deployment = await describeDeployment({
    ...FACTORS,
    ...BY_MAIL,
    USE_JWT: 'true',
    EMAIL_MANAGEMENT: 'true',
    ACCOUNT_LOGOUT_ON_GET: 'true',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
  })
  const described = Object.values(deployment.paths)
    .flatMap((methods) => Object.values(methods))
    .map(({ description = '' }) => description)
    .filter((text) => text !== '')
  expect(described.length).toBeGreaterThan(39)
  for (const text of described)
    expect(text).not.toMatch(/Django|following POST parameters|UserModel/)
})

test('API_DOCS turns it off', async () => {
  const app = await createTestApp({ env: { API_DOCS: 'false' } })
  expect((await app.request('openapi.json')).status).toBe(404)
  expect((await app.request('docs/')).status).toBe(404)
})

test('the page for people runs no script but its own', async () => {
  const app = await createTestApp()
  const response = await app.request('docs/')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const policy = response.headers.get('content-security-policy') ?? ''
  const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1] ?? ''
  expect(policy).toBe(
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  const html = await response.text()
  expect(html.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`])
  expect(html).toContain('<span class="method post">POST</span> <code>/dj-rest-auth/login/</code>')
  expect(html).not.toMatch(/(?:src|href)="https?:/)
  const again = await app.request('docs')
  expect(again.headers.get('content-security-policy')).not.toBe(policy)
})

const ANSWERED = { path: `${PREFIX}user/`, contentType: 'application/json' }
const USER = { pk: 1, username: 'ada', email: '', first_name: '', last_name: '' }

test('the check of answers takes what is described', async () => {
  const check = createAnswerCheck(await describeDeployment({}), PREFIX)
  const text = JSON.stringify(USER)
  expect(check({ ...ANSWERED, method: 'GET', status: 200, text })).toEqual([])
  expect(check({ ...ANSWERED, method: 'HEAD', status: 200, text: '' })).toEqual([])
  const detail = '{"detail":"Method \\"DELETE\\" not allowed."}'
  expect(check({ ...ANSWERED, method: 'DELETE', status: 405, text: detail })).toEqual([])
  expect(check({ ...ANSWERED, path: `${PREFIX}x/`, method: 'GET', status: 404, text: '' })).toEqual(
    [],
  )
})

test('the check of answers finds what is not described', async () => {
  const check = createAnswerCheck(await describeDeployment({}), PREFIX)
  const answer = (method: string, status: number, body: unknown) =>
    check({ ...ANSWERED, method, status, text: JSON.stringify(body) })
  expect(answer('GET', 200, { ...USER, password: 'x' })).toEqual([
    '200 body must NOT have additional properties {"additionalProperty":"password"}',
  ])
  expect(answer('GET', 200, { ...USER, pk: '1' })).toEqual([
    '200 body/pk must be integer {"type":"integer"}',
  ])
  expect(answer('GET', 201, USER)).toEqual(['status 201 is not described'])
  expect(answer('DELETE', 200, {})).toEqual(['DELETE is not described, yet answered 200'])
  expect(
    check({ ...ANSWERED, method: 'GET', status: 200, text: '{}', contentType: 'text/html' }),
  ).toEqual(['content type text/html'])
})
