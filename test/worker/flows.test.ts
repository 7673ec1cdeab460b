import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

const PASSWORD = 'right-horse-staple'
const SECOND_PASSWORD = 'second-horse-staple'
const THIRD_PASSWORD = 'third-horse-staple'
const ORIGIN = 'https://auth.example.com'

type Body = { readonly [name: string]: unknown }
type Answer = { readonly status: number; readonly body: Body; readonly cookies: readonly string[] }

/** A client of the Worker that keeps cookies as browsers do, and remembers where it was. */
type Client = {
  readonly ask: (
    method: string,
    path: string,
    body?: Body,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly cookies: Map<string, string>
}

/** `GET user/`, as the API's own description spells it. */
const visited = new Set<string>()

function newClient(worker: WorkerUnderTest): Client {
  const cookies = new Map<string, string>()
  return {
    cookies,
    ask: async (method, path, body, headers = {}) => {
      visited.add(`${method} ${path.replace(/(?<=sessions\/|socialaccounts\/)[^/]+/, '{id}')}`)
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await worker.request(path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(jar === '' ? {} : { Cookie: jar }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const set = response.headers.getSetCookie()
      for (const cookie of set) keep(cookies, cookie)
      const text = await response.text()
      return { status: response.status, body: text === '' ? {} : JSON.parse(text), cookies: set }
    },
  }
}

function keep(cookies: Map<string, string>, cookie: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
  if (/max-age=0\b/i.test(cookie)) cookies.delete(name)
  else cookies.set(name, value)
}

/** What follows in the newest mail to an address. */
async function inMail(
  { mails }: WorkerUnderTest,
  address: string,
  pattern: RegExp,
): Promise<readonly string[]> {
  const find = (): RegExpExecArray | null =>
    pattern.exec(mails.findLast(({ to }) => to.includes(address))?.text ?? '')
  await expect.poll(find, { timeout: 20_000 }).not.toBeNull()
  return find()?.slice(1) ?? []
}

function registration(username: string): Body {
  return {
    username,
    email: `${username}@example.com`,
    password1: PASSWORD,
    password2: PASSWORD,
  }
}

describe('auth tokens', () => {
  let worker: WorkerUnderTest

  beforeAll(async () => {
    worker = await startWorker({
      ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
      ACCOUNT_RATE_LIMITS: '{"confirm_email": null}',
    })
  })
  afterAll(() => worker.stop())

  test('an account lives from its registration to its logout', async () => {
    const { ask } = newClient(worker)
    expect(await ask('POST', 'registration/', registration('ada'))).toMatchObject({
      status: 201,
      body: { detail: 'Verification e-mail sent.' },
    })
    const credentials = { username: 'ada', password: PASSWORD }
    expect(await ask('POST', 'login/', credentials)).toMatchObject({
      status: 400,
      body: { non_field_errors: ['E-mail is not verified.'] },
    })
    const resend = await ask('POST', 'registration/resend-email/', { email: 'ada@example.com' })
    expect(resend).toMatchObject({ status: 200, body: { detail: 'ok' } })
    const [key] = await inMail(worker, 'ada@example.com', /account-confirm-email\/([^/]+)\//)
    const verification = await ask('POST', 'registration/verify-email/', { key })
    expect(verification).toMatchObject({ status: 200, body: { detail: 'ok' } })

    const login = await ask('POST', 'login/', credentials)
    expect(login).toMatchObject({ status: 200, body: { key: expect.stringMatching(/^\w{40}$/) } })
    const asAda = { Authorization: `Token ${String(login.body['key'])}` }
    const ada = { pk: 1, username: 'ada', email: 'ada@example.com', first_name: '', last_name: '' }
    expect(await ask('GET', 'user/', undefined, asAda)).toMatchObject({ status: 200, body: ada })
    expect(await ask('PATCH', 'user/', { first_name: 'Ada' }, asAda)).toMatchObject({
      status: 200,
      body: { ...ada, first_name: 'Ada' },
    })
    const names = { username: 'ada', first_name: 'Ada', last_name: 'Lovelace' }
    expect(await ask('PUT', 'user/', names, asAda)).toMatchObject({
      status: 200,
      body: { ...ada, ...names },
    })
    const accounts = await ask('GET', 'socialaccounts/', undefined, asAda)
    expect(accounts).toMatchObject({ status: 200, body: [] })
    const none = await ask('POST', 'socialaccounts/7/disconnect/', {}, asAda)
    expect(none).toMatchObject({ status: 404, body: { detail: 'Not found.' } })

    const change = { new_password1: SECOND_PASSWORD, new_password2: SECOND_PASSWORD }
    expect(await ask('POST', 'password/change/', change, asAda)).toMatchObject({
      status: 200,
      body: { detail: 'New password has been saved.' },
    })
    await inMail(worker, 'ada@example.com', /password of your account .* was changed|was changed/i)
    expect((await ask('GET', 'user/', undefined, asAda)).status).toBe(401)

    const reset = await ask('POST', 'password/reset/', { email: 'ada@example.com' })
    expect(reset.body).toEqual({ detail: 'Password reset e-mail has been sent.' })
    const [uid, token] = await inMail(
      worker,
      'ada@example.com',
      /reset\/confirm\/([^/]+)\/([^/]+)\//,
    )
    const confirmation = {
      uid,
      token,
      new_password1: THIRD_PASSWORD,
      new_password2: THIRD_PASSWORD,
    }
    expect(await ask('POST', 'password/reset/confirm/', confirmation)).toMatchObject({
      status: 200,
      body: { detail: 'Password has been reset with the new password.' },
    })
    expect(await ask('POST', 'password/reset/confirm/', confirmation)).toMatchObject({
      status: 400,
      body: { token: ['Invalid value'] },
    })

    const again = await ask('POST', 'login/', { username: 'ada', password: THIRD_PASSWORD })
    expect(again.status).toBe(200)
    const anew = { Authorization: `Token ${String(again.body['key'])}` }
    expect((await ask('GET', 'logout/', undefined, anew)).status).toBe(405)
    expect(await ask('POST', 'logout/', {}, anew)).toMatchObject({
      status: 200,
      body: { detail: 'Successfully logged out.' },
    })
    expect((await ask('GET', 'user/', undefined, anew)).status).toBe(401)
  })

  test('URLs work without their last slash, and bodies as forms', async () => {
    const form = new URLSearchParams({ username: 'ada', password: THIRD_PASSWORD })
    const response = await worker.request('login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ key: expect.stringMatching(/^\w{40}$/) })
  })

  test('what stands beside the endpoints is served', async () => {
    const statuses: Record<string, number> = {}
    for (const path of [
      '/healthz',
      '/readyz',
      'openapi.json',
      'docs/',
      '',
      'pages/sign-in/',
      'x/',
    ]) {
      const response = await worker.request(path)
      await response.arrayBuffer()
      statuses[path] = response.status
    }
    expect(statuses).toEqual({
      '/healthz': 200,
      '/readyz': 200,
      'openapi.json': 200,
      'docs/': 200,
      '': 200,
      'pages/sign-in/': 200,
      'x/': 404,
    })
  })
})

describe('JWTs in headers', () => {
  let worker: WorkerUnderTest

  beforeAll(async () => {
    worker = await startWorker({
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      REFRESH_TOKEN_GRACE_SECONDS: '0',
    })
  })
  afterAll(() => worker.stop())

  test('a login lives from its tokens to its end', async () => {
    const { ask } = newClient(worker)
    const made = await ask('POST', 'registration/', registration('bob'))
    expect(made).toMatchObject({ status: 201, body: { user: { pk: 1, username: 'bob' } } })
    const bearer = ({ body }: Answer) => ({ Authorization: `Bearer ${String(body['access'])}` })
    expect((await ask('GET', 'user/', undefined, bearer(made))).status).toBe(200)

    const { refresh, access } = made.body
    expect((await ask('POST', 'token/verify/', { token: access })).status).toBe(200)
    const rotated = await ask('POST', 'token/refresh/', { refresh })
    expect(rotated.status).toBe(200)
    expect((await ask('GET', 'user/', undefined, bearer(rotated))).status).toBe(200)
    expect((await ask('POST', 'token/verify/', { token: refresh })).status).toBe(401)

    const login = await ask('POST', 'login/', { username: 'bob', password: PASSWORD })
    type OwnLogin = { readonly id: string; readonly is_current: boolean }
    const logins = async (): Promise<readonly OwnLogin[]> => {
      const { body } = await ask('GET', 'sessions/', undefined, bearer(login))
      return Object.values(body) as readonly OwnLogin[] // a list, as `toHaveLength` below says
    }
    await expect.poll(logins, { timeout: 20_000 }).toHaveLength(2)
    const [other] = (await logins()).filter(({ is_current }) => !is_current)
    const path = `sessions/${other?.id}/`
    expect((await ask('DELETE', path, undefined, bearer(login))).status).toBe(204)
    expect((await ask('POST', 'token/refresh/', { refresh: rotated.body['refresh'] })).status).toBe(
      401,
    )
    expect((await ask('DELETE', 'sessions/', undefined, bearer(login))).status).toBe(200)
    expect((await ask('POST', 'logout/', { refresh: login.body['refresh'] })).status).toBe(200)
    const after = await ask('POST', 'token/refresh/', { refresh: login.body['refresh'] })
    expect(after).toMatchObject({ status: 401, body: { code: 'token_not_valid' } })

    const last = await ask('POST', 'login/', { username: 'bob', password: PASSWORD })
    expect((await ask('POST', 'logout/all/', {}, bearer(last))).status).toBe(200)
    expect((await ask('POST', 'token/refresh/', { refresh: last.body['refresh'] })).status).toBe(
      401,
    )
  })

  test('every documented operation was asked for', async () => {
    const response = await worker.request('openapi.json')
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> } // ours
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'options')
        .map((method) => `${method.toUpperCase()} ${path.replace('/dj-rest-auth/', '')}`),
    )
    expect(documented.length).toBeGreaterThan(15)
    expect(documented.filter((operation) => !visited.has(operation))).toEqual([])
  })
})

describe('JWTs in cookies', () => {
  let worker: WorkerUnderTest

  beforeAll(async () => {
    worker = await startWorker({
      USE_JWT: 'true',
      JWT_AUTH_COOKIE: 'access',
      JWT_AUTH_REFRESH_COOKIE: 'refresh',
    })
  })
  afterAll(() => worker.stop())

  test('a browser stays logged in by its cookies alone', async () => {
    const { ask, cookies } = newClient(worker)
    const made = await ask('POST', 'registration/', registration('eve'))
    expect(made).toMatchObject({ status: 201, body: { refresh: '' } })
    for (const cookie of made.cookies.filter((one) => /^(?:access|refresh)=/.test(one))) {
      expect(cookie).toMatch(/; HttpOnly/)
      expect(cookie).toMatch(/; Secure/)
      expect(cookie).toMatch(/; SameSite=Lax/)
    }
    expect((await ask('GET', 'user/')).body).toMatchObject({ username: 'eve' })

    const stranger = { Origin: 'https://evil.example' }
    expect(await ask('PATCH', 'user/', { first_name: 'Eve' }, stranger)).toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/^CSRF Failed: /) },
    })
    const own = { Origin: ORIGIN, 'X-CSRFToken': cookies.get('csrftoken') ?? '' }
    expect(await ask('PATCH', 'user/', { first_name: 'Eve' }, own)).toMatchObject({
      status: 200,
      body: { first_name: 'Eve' },
    })

    const before = cookies.get('access')
    expect(await ask('POST', 'token/refresh/', {}, own)).toMatchObject({
      status: 200,
      body: { access: expect.any(String) },
    })
    expect(cookies.get('access')).not.toBe(before)
    const spent = cookies.get('refresh') ?? ''
    expect((await ask('POST', 'logout/', {}, own)).status).toBe(200)
    expect([cookies.has('access'), cookies.has('refresh')]).toEqual([false, false])
    expect((await ask('GET', 'user/')).status).toBe(401)
    cookies.set('refresh', spent)
    expect((await ask('POST', 'token/refresh/', {}, own)).status).toBe(401)
  })
})
