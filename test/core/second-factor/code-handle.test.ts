/** Handles of mailed codes: what they tell, and how many guesses they are good for. */
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../src/crypto.ts'
import { countRequest } from '../../../src/core/limits/throttle.sql.ts'
import {
  countCodeGuess,
  forgetGuesses,
  isCodeRight,
  openCodeHandle,
  sealCodeHandle,
  type OpenedHandle,
} from '../../../src/core/second-factor/code-handle.ts'
import { emailedCode } from '../../../src/core/tokens/emailed-code.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'

type Account = { readonly id: number; readonly passwordHash: string } | undefined

const ADA = { id: 7, passwordHash: 'hash' }

async function sealed(app: TestApp, account: Account, email = 'a@example.com'): Promise<string> {
  const code = { purpose: 'login-code', seed: 'seed', email, account, emails: [1] } as const
  return sealCodeHandle(app.deps(), code)
}

async function opened(app: TestApp, account: Account, email?: string): Promise<OpenedHandle> {
  const handle = await openCodeHandle(app.deps(), 'login-code', await sealed(app, account, email))
  if (handle === undefined) throw new Error('not opened')
  return handle
}

test('a handle is as long for nobody as for somebody', async () => {
  const app = await createTestApp()
  const accounts = [undefined, ADA, { ...ADA, id: 9_007_199_254_740_991 }]
  const handles = await Promise.all(accounts.map((account) => sealed(app, account)))
  expect(new Set(handles.map(({ length }) => length)).size).toBe(1)
})

describe('a code is right', () => {
  test('with the password that it was given for, and not without one', async () => {
    const { settings } = (await createTestApp()).deps()
    const code = await emailedCode(settings.SECRET_KEY, 'login-code', 'seed')
    const handle = {
      purpose: 'login-code',
      seed: 'seed',
      userId: 7,
      email: 'a@example.com',
      password: await sha256Hex('hash'),
      isMailed: true,
    } as const
    const judge = (passwordHash: string | undefined, given = handle) =>
      isCodeRight(settings, given, { code, passwordHash })
    expect(await judge('hash')).toBe(true)
    expect(await judge('other')).toBe(false)
    expect(await judge(undefined)).toBe(false)
    expect(await judge(undefined, { ...handle, password: await sha256Hex('') })).toBe(false)
  })
})

describe('guesses', () => {
  const guess = async (app: TestApp, handle: OpenedHandle) =>
    countRequest(app.deps().db, await countCodeGuess(app.deps(), handle))

  test('at one handle are three while it is good', async () => {
    const app = await createTestApp({ env: { ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '3' } })
    const handle = await opened(app, ADA)
    for (let index = 0; index < 3; index += 1) expect(await guess(app, handle)).toBeUndefined()
    app.clock.advance(100)
    expect(await guess(app, handle)).toBe(80)
  })

  test.each<[string, Account, Account, string]>([
    ['an account', ADA, { ...ADA, id: 8 }, 'a@example.com'],
    ['a name that nobody has', undefined, undefined, 'b@example.com'],
    ['nobody and not of an account', undefined, ADA, 'a@example.com'],
  ])('of %s are thirty an hour over all handles', async (_, account, other, otherEmail) => {
    const app = await createTestApp({ env: { ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '3' } })
    for (let index = 0; index < 30; index += 1) {
      expect(await guess(app, await opened(app, account))).toBeUndefined()
    }
    expect(await guess(app, await opened(app, account))).toBeDefined()
    expect(await guess(app, await opened(app, other, otherEmail))).toBeUndefined()
    app.clock.advance(3_601)
    expect(await guess(app, await opened(app, account))).toBeUndefined()
  })

  test('are forgotten, of the handle and of the account, where the condition holds', async () => {
    const app = await createTestApp({ env: { ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '3' } })
    const handle = await opened(app, ADA)
    for (let index = 0; index < 3; index += 1) await guess(app, handle)
    const { db } = app.deps()
    await db.batch(await forgetGuesses({ ...app.deps(), db }, handle, sql`0`))
    expect(await guess(app, handle)).toBeDefined()
    await db.batch(await forgetGuesses({ ...app.deps(), db }, handle, sql`1`))
    expect(await guess(app, handle)).toBeUndefined()
  })
})
