import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { makeEmailKey, readEmailKey } from '../../../src/core/tokens/email-key.ts'
import { emailedCode, isEmailedCode, newCodeSeed } from '../../../src/core/tokens/emailed-code.ts'
import { makeInvitationKey, readInvitationKey } from '../../../src/core/tokens/invitation-key.ts'
import { makeLoginKey, openLoginKey } from '../../../src/core/tokens/login-key.ts'
import { openToken, sealToken } from '../../../src/core/tokens/sealed-token.ts'
import { signObject } from '../../../src/core/tokens/signing.ts'
import { makeUndoKey, readUndoKey } from '../../../src/core/tokens/undo-key.ts'
import { seal, sha256Hex } from '../../../src/crypto.ts'
import { emailConfirmations } from '../../../src/db/schema/confirmations.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Settings } from '../../../src/settings/parse.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { db } from '../../support/guarded.ts'
import { countingBytes, REQUIRED_ENV, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const DAY_MS = 86_400_000
const NEW_SECRET = 'another-secret-key-of-more-than-32-bytes'
const settings = settingsOf({ ACCOUNT_EMAIL_CONFIRMATION_HMAC: 'true' })
const deps = { settings, now: NOW, randomBytes: countingBytes, db }

/** Those who have the secret of before as a fallback, and those who never had it. */
const rotated = settingsOf({
  SECRET_KEY: NEW_SECRET,
  SECRET_KEY_FALLBACKS: REQUIRED_ENV.SECRET_KEY,
})
const stranger = settingsOf({ SECRET_KEY: NEW_SECRET })

const as = (others: Settings) => ({ ...deps, settings: others })
const at = (ms: number) => ({ ...deps, now: new Date(NOW.getTime() + ms) })
const signed = (value: unknown, salt: string) =>
  signObject(value, { salt, secret: settings.SECRET_KEY, now: NOW })

describe('a key that is signed', () => {
  const INVITED = { nonce: 'n', email: 'ada@example.com' }

  test.each([
    ['of an address', () => makeEmailKey(deps, 7), readEmailKey, 7],
    ['of an invitation', () => makeInvitationKey(deps, INVITED), readInvitationKey, INVITED],
    [
      'of what may be undone',
      () => makeUndoKey(deps, 'deletion', 'n'),
      (those: typeof deps, key: string) => readUndoKey(those, 'deletion', key),
      'n',
    ],
  ] as const)('%s is read by whoever has the secret, or had it', async (_, make, read, content) => {
    const key = await make()
    expect(await read(deps, key)).toEqual(content)
    expect(await read(as(rotated), key)).toEqual(content)
    expect(await read(as(stranger), key)).toBeUndefined()
    for (const other of ['', 'x', `${key}x`]) expect(await read(deps, other)).toBeUndefined()
  })

  test('of one purpose is none of another', async () => {
    const keys = await Promise.all([
      makeEmailKey(deps, 7),
      makeInvitationKey(deps, INVITED),
      makeUndoKey(deps, 'deletion', 'n'),
      makeUndoKey(deps, 'address-change', 'n'),
    ])
    const readers = [
      readEmailKey,
      readInvitationKey,
      (those: typeof deps, key: string) => readUndoKey(those, 'deletion', key),
      (those: typeof deps, key: string) => readUndoKey(those, 'address-change', key),
    ]
    const found = await Promise.all(
      readers.map((read) => Promise.all(keys.map((key) => read(deps, key)))),
    )
    expect(found.map((row) => row.map((one) => one !== undefined))).toEqual(
      readers.map((_, own) => keys.map((__, index) => index === own)),
    )
  })

  test('has the salt that mails which are out have been made with', async () => {
    expect(await makeEmailKey(deps, 7)).toBe(await signed(7, 'account'))
    expect(await makeInvitationKey(deps, INVITED)).toBe(
      await signed(['n', 'ada@example.com'], 'rest-auth-edge.invitation'),
    )
    expect(await makeUndoKey(deps, 'deletion', 'n')).toBe(
      await signed('n', 'rest-auth-edge.undo.deletion'),
    )
  })

  test.each(['7', 7.5, null, [7], true, 2 ** 60])('of %j names no address', async (value) => {
    expect(await readEmailKey(deps, await signed(value, 'account'))).toBeUndefined()
  })

  test.each([['n'], ['n', 7], [7, 'e'], 'ne', { 0: 'n', 1: 'e' }, null].map((value) => [value]))(
    'of %j names no invitation',
    async (value) => {
      const key = await signed(value, 'rest-auth-edge.invitation')
      expect(await readInvitationKey(deps, key)).toBeUndefined()
    },
  )

  test.each([7, ['n'], null, {}].map((value) => [value]))('of %j undoes nothing', async (value) => {
    const key = await signed(value, 'rest-auth-edge.undo.deletion')
    expect(await readUndoKey(deps, 'deletion', key)).toBeUndefined()
  })

  test('of an address lives for the days that the setting says', async () => {
    const key = await makeEmailKey(deps, 7)
    expect(settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS).toBe(3)
    expect(await readEmailKey(at(3 * DAY_MS), key)).toBe(7)
    expect(await readEmailKey(at(3 * DAY_MS + 1), key)).toBeUndefined()
  })

  test('of what a row dates lives for a hundred years', async () => {
    const years = 3_155_760_000_000
    const invited = await makeInvitationKey(deps, INVITED)
    expect(await readInvitationKey(at(years), invited)).toEqual(INVITED)
    const undo = await makeUndoKey(deps, 'deletion', 'n')
    expect(await readUndoKey(at(years), 'deletion', undo)).toBe('n')
  })
})

describe('a key that is stored', () => {
  const env = { ACCOUNT_EMAIL_CONFIRMATION_HMAC: 'false' }

  test('is random, kept as a hash, and found for as long as it lives, in capitals, too', async () => {
    const app = await createTestApp({ env, users: [aUser()], now: NOW })
    const here = app.deps()
    const key = await makeEmailKey(here, 1)
    expect(key).toMatch(/^[a-z0-9]{64}$/)
    expect(await here.db.select().from(emailConfirmations)).toEqual([
      {
        keyHash: await sha256Hex(key),
        addressId: 1,
        sentAt: NOW,
        expiresAt: new Date(NOW.getTime() + 3 * DAY_MS),
      },
    ])
    const find = async (ms: number, given: string) => {
      const id = await readEmailKey({ ...here, now: new Date(NOW.getTime() + ms) }, given)
      return here.db.select({ id: sql`${id}` }).from(users)
    }
    const found = [{ id: 1 }]
    const nobody = [{ id: null }]
    expect(await find(3 * DAY_MS - 1, key.toUpperCase())).toEqual(found)
    expect(await find(3 * DAY_MS, key)).toEqual(nobody)
    expect(await find(0, 'x'.repeat(64))).toEqual(nobody)
  })

  test('has each letter as often as any other, whatever the bytes are', async () => {
    const stored = settingsOf(env)
    const quiet = { ...deps, settings: stored, db: { insert: () => ({ values: () => undefined }) } }
    const bytes = (...rounds: readonly (readonly number[])[]) => {
      const given = rounds.values()
      return () => Uint8Array.from(given.next().value ?? [])
    }
    const make = (randomBytes: () => Uint8Array) =>
      makeEmailKey({ ...quiet, randomBytes } as unknown as typeof deps, 1)
    // 252 and more would prefer the first letters, and are left out.
    expect(await make(bytes([0, 25, 26, 35, 36, 251, 252, 255], Array(59).fill(1)))).toBe(
      `az09a9${'b'.repeat(58)}`,
    )
    expect(await make(bytes(Array(64).fill(71)))).toBe('9'.repeat(64))
  })
})

describe('a login link', () => {
  const subject = { id: 7, passwordHash: 'hash', mailedTo: 'ada@example.com' }

  test('names account and mailbox, and holds for one password, for as long as the setting says', async () => {
    const key = await makeLoginKey(deps, subject)
    const opened = await openLoginKey(deps, key)
    const seconds = settings.ACCOUNT_LOGIN_BY_LINK_TIMEOUT
    expect(opened).toMatchObject({
      userId: 7,
      email: 'ada@example.com',
      id: 'login-link:AQIDBAUGBwgJCgsMDQ4PEA',
      expiresAt: new Date(NOW.getTime() + seconds * 1000),
    })
    expect(await opened?.isFor('hash')).toBe(true)
    expect(await opened?.isFor('other')).toBe(false)
    expect(await openLoginKey(at(seconds * 1000), key)).toBeDefined()
    expect(await openLoginKey(at(seconds * 1000 + 1), key)).toBeUndefined()
    expect(await openLoginKey(as(rotated), key)).toBeDefined()
    expect(await openLoginKey(as(stranger), key)).toBeUndefined()
  })

  test.each([{ userId: '7', email: 'e' }, { userId: 7, email: 7 }, { userId: 7 }, { email: 'e' }])(
    'of %j is none',
    async (content) => {
      const key = await sealToken(deps, 'login-link', { content, lifetimeSeconds: 60 })
      expect(await openLoginKey(deps, key)).toBeUndefined()
    },
  )
})

describe('a sealed token', () => {
  const sealed = (value: unknown) =>
    seal(
      { secret: settings.SECRET_KEY, randomBytes: countingBytes },
      'mfa-trust',
      JSON.stringify(value),
    )
  const good = { id: 'x', expiresAtMs: NOW.getTime() }

  test('opens until it expires, for its purpose alone', async () => {
    const token = await sealed({ ...good, more: 1 })
    expect(await openToken(deps, 'mfa-trust', token)).toEqual({
      content: { ...good, more: 1 },
      id: 'mfa-trust:x',
      expiresAt: NOW,
    })
    expect(await openToken(at(1), 'mfa-trust', token)).toBeUndefined()
    expect(await openToken(deps, 'login-code', token)).toBeUndefined()
  })

  test.each([null, 'x', 7, {}, { ...good, id: 7 }, { ...good, expiresAtMs: '9e99' }])(
    'of %j is none',
    async (value) => {
      expect(await openToken(deps, 'mfa-trust', await sealed(value))).toBeUndefined()
    },
  )

  test('of more than 4096 characters is none', async () => {
    const fill = 'x'.repeat(2_980)
    const token = async (more: number) => sealed({ ...good, fill: fill + 'x'.repeat(more) })
    const lengths = await Promise.all(
      [...Array(60).keys()].map(async (more) => (await token(more)).length),
    )
    const most = lengths.lastIndexOf(4_096)
    expect(most).toBeGreaterThan(0)
    expect(await openToken(deps, 'mfa-trust', await token(most))).toBeDefined()
    expect(await openToken(deps, 'mfa-trust', await token(most + 1))).toBeUndefined()
  })
})

describe('a mailed code', () => {
  const seed = newCodeSeed({ randomBytes: countingBytes })
  const own = { purpose: 'login-code', seed } as const

  test('is six letters of an HMAC of its seed, of which none is likelier than another', async () => {
    expect(seed).toBe('AQIDBAUGBwgJCgsMDQ4PEA')
    const letters = 'BCDFGHJKLMNPQRSTVWXZ23456789'
    for (let index = 0; index < 40; index += 1) {
      const text = `reset-code:${index}`
      const mac = [...createHmac('sha256', settings.SECRET_KEY).update(text).digest()]
      const code = mac
        .filter((byte) => byte < 252)
        .slice(0, 6)
        .map((byte) => letters.charAt(byte % 28))
      expect(await emailedCode(settings.SECRET_KEY, 'reset-code', String(index))).toBe(
        code.join(''),
      )
    }
  })

  test('counts however it is typed, under the secret of now or of before, for its purpose', async () => {
    const code = await emailedCode(settings.SECRET_KEY, 'login-code', seed)
    const spaced = ` ${code.slice(0, 2).toLowerCase()} - ${code.slice(2)}\t`
    for (const typed of [code, spaced]) expect(await isEmailedCode(settings, own, typed)).toBe(true)
    const wide = Array.from(code, (one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0))
    expect(await isEmailedCode(settings, own, wide.join(''))).toBe(true)
    expect(await isEmailedCode(rotated, own, code)).toBe(true)
    expect(await isEmailedCode(stranger, own, code)).toBe(false)
    expect(await isEmailedCode(settings, { ...own, purpose: 'reset-code' }, code)).toBe(false)
    expect(await isEmailedCode(settings, { ...own, seed: 'x' }, code)).toBe(false)
    for (const typed of ['', code.slice(1), `${code}B`]) {
      expect(await isEmailedCode(settings, own, typed)).toBe(false)
    }
  })
})
