import { describe, expect, test } from 'vitest'
import { readEmailKey } from '../../../src/core/tokens/email-key.ts'
import { verifyToken } from '../../../src/core/tokens/jwt.ts'
import {
  decodeDjangoUid,
  decodeUid,
  isResetTokenGood,
} from '../../../src/core/tokens/reset-token.ts'
import { parseSettings } from '../../../src/settings/parse.ts'
import vectors from '../../vectors/django-links.json' with { type: 'json' }

const { secretKey, sentAt, users } = vectors

const TIMEOUT_SECONDS = 259_200
const OUR_KEY = 'our-own-secret-key-0123456789-abcdefghij'

function subjectOf(user: (typeof users)[number], kind: 'allauthReset' | 'djangoReset') {
  return {
    id: user.id,
    passwordHash: user.password,
    lastLoginAt: user.lastLogin === null ? null : new Date(user.lastLogin),
    email: user.email,
    addresses: kind === 'djangoReset' ? undefined : user.addresses.map(({ email }) => email),
  }
}

function after(seconds: number): Date {
  return new Date(Date.parse(sentAt) + seconds * 1000)
}

function depsAt(now: Date, fallbacks: readonly string[] = [secretKey]) {
  const settings = parseSettings({
    SECRET_KEY: OUR_KEY,
    SECRET_KEY_FALLBACKS: fallbacks,
    TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
  })
  return { settings, now, randomBytes: (length: number) => new Uint8Array(length) }
}

describe.each(users)('what Django sent $username', (user) => {
  test.each(['allauthReset', 'djangoReset'] as const)(
    'a reset link (%s) works for its time',
    async (kind) => {
      const { uid, token } = user[kind]
      const secrets = [OUR_KEY, secretKey]
      const good = (given: string, seconds: number, keys = secrets): Promise<boolean> =>
        isResetTokenGood(subjectOf(user, kind), given, {
          secrets: keys,
          timeoutSeconds: TIMEOUT_SECONDS,
          now: after(seconds),
        })
      expect(kind === 'allauthReset' ? decodeUid(uid) : decodeDjangoUid(uid)).toBe(user.id)
      expect(await good(token, 3600)).toBe(true)
      expect(await good(token, TIMEOUT_SECONDS + 1)).toBe(false)
      expect(await good(token, 3600, [OUR_KEY])).toBe(false)
      expect(
        await good(
          token.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          3600,
        ),
      ).toBe(false)
    },
  )

  test('a reset link dies with the password that it was sent for', async () => {
    for (const kind of ['allauthReset', 'djangoReset'] as const) {
      const subject = { ...subjectOf(user, kind), passwordHash: 'md5$salt$other' }
      const { token } = user[kind]
      expect(
        await isResetTokenGood(subject, token, {
          secrets: [secretKey],
          timeoutSeconds: TIMEOUT_SECONDS,
          now: after(1),
        }),
      ).toBe(false)
    }
  })

  test('a key confirms its address for three days', async () => {
    const read = (now: Date, fallbacks?: readonly string[]) =>
      Promise.all(user.confirmKeys.map((key) => readEmailKey(depsAt(now, fallbacks), key)))
    expect(await read(after(3600))).toEqual(user.addresses.map(({ id }) => id))
    expect(await read(after(3 * 86_400 + 1))).toEqual(user.addresses.map(() => undefined))
    expect(await read(after(3600), [])).toEqual(user.addresses.map(() => undefined))
  })

  test.each([
    ['access', 300],
    ['refresh', 86_400],
  ] as const)('the %s token is good until it expires', async (type, lifetime) => {
    const verify = (now: Date, fallbacks?: readonly string[]) =>
      verifyToken(depsAt(now, fallbacks), user[type], type)
    expect(await verify(after(lifetime - 1))).toMatchObject({
      kind: 'verified',
      claims: { user_id: user.id },
    })
    expect(await verify(after(lifetime))).toMatchObject({ kind: 'refused' })
    expect(await verify(after(1), [])).toMatchObject({ kind: 'refused' })
  })
})
