import { expect, test } from 'vitest'
import { cookieHeaderOf } from '../support/answer.ts'
import { aUser, createTestApp } from '../support/app.ts'

/** What the database is sent before a login is answered. */
const MAX_BYTES = 4096
/** However long the name: no body makes more of itself. */
const LONGEST_BYTES = 3 * MAX_BYTES

test.each<[string, object, number, boolean?]>([
  ['a known name', { username: 'ada', password: 'right-horse-staple' }, MAX_BYTES],
  ['a known name on a known device', { username: 'ada', password: 'wrong-horse' }, MAX_BYTES, true],
  ['an unknown name', { username: 'nobody', password: 'right-horse-staple' }, MAX_BYTES],
  ['an address', { email: 'ada@example.com', password: 'right-horse-staple' }, MAX_BYTES],
  ['a name of 30,000 characters', { username: 'ŉ'.repeat(30_000), password: 'x' }, LONGEST_BYTES],
])(
  'a login by %s sends the database a bounded request',
  async (_what, body, maxBytes, isKnown = false) => {
    const app = await createTestApp({
      users: [aUser({ username: 'ada', tokenKey: 'f'.repeat(40) })],
    })
    const login = { username: 'ada', password: 'right-horse-staple' }
    const known = isKnown ? [await app.post('/login/', login)] : []
    await app.settle()
    const cookie = { Cookie: known.map(cookieHeaderOf).join() }
    const sizes: number[] = []
    app.outside.interceptDatabase(async (request, pass) => {
      const text = await request.clone().text()
      // What is noted after the answer reads no token.
      if (text.includes('sealed_key')) sizes.push(new TextEncoder().encode(text).length)
      return pass(request)
    })
    await app.post('/login/', body, cookie)
    app.outside.interceptDatabase(undefined)
    expect(sizes).toHaveLength(1)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBytes)
  },
)
