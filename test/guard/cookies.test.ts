import { expect, test } from 'vitest'
import { findUser, GuardError, requireUser, type GuardOptions } from '../../src/guard/guard.ts'
import { aKey, aKeyServer } from './tokens.ts'

type Headers = Readonly<Record<string, string>>

const COOKIES: GuardOptions = {
  cookies: ['access'],
  trustedOrigins: ['https://app.example.com'],
}

/** What becomes of a request with a good cookie: the user's id, or the code of the refusal. */
async function outcome(method: string, headers: Headers, more: GuardOptions = {}): Promise<string> {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk], { ...COOKIES, ...more })
  const cookie = `theme=dark; access=${await key.sign()}; other=1`
  const request = {
    method,
    url: 'https://api.example.com/orders',
    headers: new Headers({ Cookie: cookie, ...headers }),
  }
  try {
    return (await requireUser(request, options)).id
  } catch (error) {
    if (error instanceof GuardError) return error.body.code
    throw error
  }
}

test.each(['GET', 'HEAD', 'OPTIONS', 'get'])('a cookie is enough for %s', async (method) => {
  expect(await outcome(method, {})).toBe('7')
  expect(await outcome(method, { Origin: 'https://evil.example' })).toBe('7')
})

test.each<readonly [string, Headers]>([
  ['from a trusted origin', { Origin: 'https://app.example.com' }],
  ['from our own origin', { Origin: 'https://api.example.com' }],
  ['that the browser says is of our own origin', { 'Sec-Fetch-Site': 'same-origin' }],
])('lets a write through %s', async (_which, headers) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY']) {
    expect(await outcome(method, headers)).toBe('7')
  }
})

test.each<readonly [string, Headers]>([
  ['of a foreign page', { Origin: 'https://evil.example' }],
  [
    'of a foreign page that the browser calls the same site',
    { 'Sec-Fetch-Site': 'same-site', Origin: 'https://evil.example.com' },
  ],
  ['of a sandboxed page', { Origin: 'null' }],
  ['over http of a trusted name', { Origin: 'http://app.example.com' }],
  ['of a name that begins like a trusted one', { Origin: 'https://app.example.com.evil.example' }],
  ['that nothing is known of', {}],
  ['that a foreign page made the user send', { 'Sec-Fetch-Site': 'none' }],
  ['that only shows a referer', { Referer: 'https://app.example.com/' }],
])('refuses a write %s', async (_which, headers) => {
  for (const method of ['POST', 'DELETE', 'post']) {
    expect(await outcome(method, headers)).toBe('csrf_failed')
  }
})

test('a WebSocket begins as a read, and is guarded like a write', async () => {
  const upgrade = { Upgrade: 'WebSocket', Connection: 'Upgrade' }
  expect(await outcome('GET', { ...upgrade, Origin: 'https://evil.example' })).toBe('csrf_failed')
  expect(await outcome('GET', upgrade)).toBe('csrf_failed')
  expect(await outcome('GET', { ...upgrade, Origin: 'https://app.example.com' })).toBe('7')
})

test('a header goes before the cookie, and needs no origin', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk], COOKIES)
  const request = new Request('https://api.example.com/', {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await key.sign({ user_id: '8' })}`,
      Cookie: `access=${await key.sign()}`,
      Origin: 'https://evil.example',
    },
  })
  expect(await requireUser(request, options)).toMatchObject({ id: '8' })
})

test('cookies are credentials only where they are named', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  const request = (cookie: string) =>
    new Request('https://api.example.com/', { method: 'POST', headers: { Cookie: cookie } })
  const token = await key.sign()
  expect(await findUser(request(`access=${token}`), options)).toBeUndefined()
  for (const cookie of [`xaccess=${token}`, 'access=', `accessx=${token}`, `a=access=${token}`]) {
    expect(await findUser(request(cookie), { ...options, ...COOKIES })).toBeUndefined()
  }
})

test('of several cookies the first that is there counts', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk], { cookies: ['__Host-access', 'access'] })
  const cookie = `access=${await key.sign()}; __Host-access=${await key.sign({ user_id: '8' })}`
  const request = new Request('https://api.example.com/', { headers: { Cookie: cookie } })
  expect(await requireUser(request, options)).toMatchObject({ id: '8' })
})

test('without an address, as behind a proxy, only what the browser says counts', async () => {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk], COOKIES)
  const write = async (headers: Headers) => ({
    method: 'POST',
    headers: new Headers({ Cookie: `access=${await key.sign()}`, ...headers }),
  })
  await expect(
    requireUser(await write({ Origin: 'https://api.example.com' }), options),
  ).rejects.toMatchObject({ body: { code: 'csrf_failed' } })
  const request = await write({ 'Sec-Fetch-Site': 'same-origin' })
  expect(await requireUser(request, options)).toMatchObject({ id: '7' })
})
