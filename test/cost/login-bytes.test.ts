import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../support/app.ts'

/** What the database is sent before a login is answered. */
const MAX_BYTES = 4096
/** However long the name: no body makes more of itself. */
const LONGEST_BYTES = 3 * MAX_BYTES

test.each([
  ['a known name', { username: 'ada', password: 'right-horse-staple' }, MAX_BYTES],
  ['an unknown name', { username: 'nobody', password: 'right-horse-staple' }, MAX_BYTES],
  ['an address', { email: 'ada@example.com', password: 'right-horse-staple' }, MAX_BYTES],
  ['a name of 30,000 characters', { username: 'ŉ'.repeat(30_000), password: 'x' }, LONGEST_BYTES],
])('a login by %s sends the database a bounded request', async (_what, body, maxBytes) => {
  const app = await createTestApp({ users: [aUser({ username: 'ada', tokenKey: 'f'.repeat(40) })] })
  const sizes: number[] = []
  app.outside.interceptDatabase(async (request, pass) => {
    const text = await request.clone().text()
    // What is noted after the answer reads no token.
    if (text.includes('sealed_key')) sizes.push(new TextEncoder().encode(text).length)
    return pass(request)
  })
  await app.post('/login/', body)
  app.outside.interceptDatabase(undefined)
  expect(sizes).toHaveLength(1)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBytes)
})
