import { expect, test } from 'vitest'
import { GuardError, requireUser, type GuardOptions } from '../../src/guard/guard.ts'
import { aKey, aKeyServer, bearer, NOW } from './tokens.ts'

const MINUTE = 60_000

/** `200` where it is let through, else the status of the refusal. */
async function statusOf(token: string, options: GuardOptions): Promise<number> {
  try {
    await requireUser(bearer(token), options)
    return 200
  } catch (error) {
    if (error instanceof GuardError) return error.status
    throw error
  }
}

/** An access token that outlives the test. */
const LONG = { exp: NOW + 1_000_000 }

test('asks once for many tokens, and again after ten minutes', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const token = await key.sign(LONG)
  for (const minutes of [0, 1, 9.9]) {
    server.now = NOW * 1000 + minutes * MINUTE
    expect(await statusOf(token, server.options)).toBe(200)
    expect(server.asked).toHaveLength(1)
  }
  server.now = NOW * 1000 + 10 * MINUTE
  expect(await statusOf(token, server.options)).toBe(200)
  expect(server.asked).toHaveLength(2)
})

test('has one fetch in flight, however many requests wait for it', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  server.answer = async () => {
    await released
    return Response.json({ keys: server.keys })
  }
  const token = await key.sign(LONG)
  const waiting = Array.from({ length: 64 }, () => statusOf(token, server.options))
  release()
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 64 }, () => 200))
  expect(server.asked).toHaveLength(1)
})

test('a known key serves while somebody asks for newer ones', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const token = await key.sign(LONG)
  await statusOf(token, server.options)
  server.now += 11 * MINUTE
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  server.answer = async () => {
    await released
    return Response.json({ keys: server.keys })
  }
  const asking = statusOf(token, server.options)
  await expect.poll(() => server.asked.length).toBe(2)
  expect(await statusOf(token, server.options)).toBe(200)
  release()
  expect(await asking).toBe(200)
  expect(server.asked).toHaveLength(2)
})

test('a new key is found at once, and unknown ones are asked for once a minute at most', async () => {
  const [first, second, foreign] = [await aKey('first'), await aKey('second'), await aKey('other')]
  const server = aKeyServer([first.jwk])
  const at = async (seconds: number, token: Promise<string>) => {
    server.now = NOW * 1000 + seconds * 1000
    return [await statusOf(await token, server.options), server.asked.length]
  }
  expect(await at(0, first.sign(LONG))).toEqual([200, 1])
  server.keys = [second.jwk, first.jwk]
  expect(await at(61, second.sign(LONG))).toEqual([200, 2])
  expect(await at(62, first.sign(LONG))).toEqual([200, 2])
  for (const seconds of [63, 90, 120]) {
    expect(await at(seconds, foreign.sign(LONG))).toEqual([401, 2])
  }
  expect(await at(122, foreign.sign(LONG))).toEqual([401, 3])
  expect(await at(123, second.sign(LONG))).toEqual([200, 3])
  server.keys = [second.jwk]
  expect(await at(122 + 600, first.sign(LONG))).toEqual([401, 4])
})

test('known keys serve on where the service cannot be asked, for a day', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const token = await key.sign(LONG)
  await statusOf(token, server.options)
  for (const answer of [
    () => Promise.reject(new TypeError('connection refused')),
    () => Promise.resolve(new Response('', { status: 503 })),
    () => Promise.resolve(new Response('<html>')),
    () => Promise.resolve(Response.json({ detail: 'ok' })),
    () => Promise.resolve(new Response(null, { status: 302, headers: { Location: '/' } })),
  ]) {
    server.now += 2 * 60 * MINUTE
    server.answer = answer
    expect(await statusOf(token, server.options)).toBe(200)
    expect(await statusOf(token, server.options)).toBe(200)
  }
  expect(server.asked).toHaveLength(6)
  server.now = NOW * 1000 + 25 * 60 * MINUTE
  expect(await statusOf(token, server.options)).toBe(503)
  server.answer = undefined
  server.now += MINUTE
  expect(await statusOf(token, server.options)).toBe(200)
})

test('keys of more than a day ago let nobody through while somebody asks for newer ones', async () => {
  const [old, current] = [await aKey('old'), await aKey('current')]
  const server = aKeyServer([old.jwk])
  const token = await old.sign(LONG)
  expect(await statusOf(token, server.options)).toBe(200)
  server.now += 25 * 60 * MINUTE
  server.keys = [current.jwk]
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  server.answer = async () => {
    await released
    return Response.json({ keys: server.keys })
  }
  const first = statusOf(token, server.options)
  await expect.poll(() => server.asked.length).toBe(2)
  const second = statusOf(token, server.options)
  release()
  expect([await first, await second]).toEqual([401, 401])
  expect(server.asked).toHaveLength(2)
})

test('a key of the set that cannot be used refuses what it signed, and nothing else', async () => {
  const key = await aKey('good')
  const broken = { ...key.jwk, kid: 'broken', x: 'AAAA' }
  const server = aKeyServer([broken, key.jwk])
  expect(await statusOf(await key.sign(LONG), server.options)).toBe(200)
  expect(await statusOf(await key.sign(LONG, { kid: 'broken' }), server.options)).toBe(401)
  expect(await statusOf(await key.sign(LONG, { kid: undefined }), server.options)).toBe(200)
})

test('without any keys nobody is let through, and the next second asks again', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const token = await key.sign(LONG)
  server.answer = () => Promise.reject(new TypeError('connection refused'))
  const error: unknown = await requireUser(bearer(token), server.options).catch((it: unknown) => it)
  expect(error).toMatchObject({
    status: 503,
    body: { detail: 'Logins cannot be checked at the moment.', code: 'unavailable' },
    headers: { 'Retry-After': '5', 'Cache-Control': 'no-store' },
    cause: new TypeError('connection refused'),
  })
  expect(await statusOf(token, server.options)).toBe(503)
  expect(server.asked).toHaveLength(1)
  server.answer = undefined
  server.now += 1_000
  expect(await statusOf(token, server.options)).toBe(200)
  expect(server.asked).toHaveLength(2)
})

test('waits no longer than its deadline, even for a request that another one began', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk], { timeoutMs: 50 })
  // As in a Worker whose first request was cancelled: neither an answer nor an error ever comes.
  server.answer = () => new Promise(() => undefined)
  const token = await key.sign(LONG)
  const startedMs = performance.now()
  const both = [statusOf(token, server.options), statusOf(token, server.options)]
  expect(await Promise.all(both)).toEqual([503, 503])
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  expect(server.asked).toHaveLength(1)
})

test('an asymmetric token is refused by a service without keys', async () => {
  const server = aKeyServer([])
  expect(await statusOf(await (await aKey()).sign(LONG), server.options)).toBe(401)
})

test('the address may be given without its last slash', async () => {
  const key = await aKey()
  const server = aKeyServer([key.jwk])
  const auth = String(server.options.auth).slice(0, -1)
  expect(await statusOf(await key.sign(LONG), { ...server.options, auth })).toBe(200)
  expect(server.asked).toEqual(['/dj-rest-auth/.well-known/jwks.json'])
})
