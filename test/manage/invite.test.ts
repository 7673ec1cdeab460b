import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'

let sqld: Sqld
const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-invite-'))

beforeAll(async () => {
  sqld = await startSqld()
  await sqld.resetDatabase()
})

afterAll(() => sqld.stop())

function run(...args: readonly string[]): Promise<Ran> {
  const env = {
    SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    TURSO_DATABASE_URL: sqld.url,
    PUBLIC_URL: 'https://auth.example.com',
    REGISTRATION: 'invited',
  }
  return manage({ env, directory }, ...args)
}

test('invites, lists and takes back', async () => {
  const invited = await run('invite', 'Ada@Example.com', '--link', '--json')
  expect(invited.code).toBe(0)
  expect(invited.json()).toEqual({
    id: 1,
    email: 'Ada@Example.com',
    expires_at: expect.stringMatching(/Z$/) as unknown,
    link: expect.stringContaining(
      'https://auth.example.com/dj-rest-auth/pages/sign-up/?invitation=',
    ) as unknown,
  })
  expect((await run('invite', 'ada@example.com')).code).toBe(0)
  const listed = await run('invitations', 'list', '--json')
  expect(listed.json()).toEqual({
    invitations: [
      expect.objectContaining({ id: 2, email: 'ada@example.com', state: 'pending' }),
      expect.objectContaining({ id: 1, email: 'ada@example.com', state: 'revoked' }),
    ],
  })
  expect((await run('invitations', 'list')).out).toContain('pending')
  expect((await run('invitations', 'revoke', '2')).code).toBe(0)
  const again = await run('invitations', 'revoke', '2')
  expect({ code: again.code, said: again.said }).toEqual({
    code: 1,
    said: expect.stringContaining('No invitation 2 waits to be used.') as unknown,
  })
})

test('says what is wrong', async () => {
  expect((await run('invite', 'nonsense')).said).toContain('nonsense is no address')
  expect((await run('invite')).said).toContain('Which ADDRESS?')
  expect((await run('invitations', 'revoke')).said).toContain('Which ID?')
})
