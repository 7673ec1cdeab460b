import { describe, expect, test } from 'vitest'
import {
  decodeUid,
  encodeUid,
  isResetTokenGood,
  makeResetToken,
  type ResetSubject,
} from '../../../src/core/tokens/reset-token.ts'
import vectors from '../../vectors/signing.json' with { type: 'json' }

type Vector = (typeof vectors.reset_tokens)[number]

function subjectOf(vector: Vector): ResetSubject {
  return {
    id: vector.id,
    passwordHash: vector.password,
    lastLoginAt: vector.last_login === null ? null : new Date(vector.last_login),
    email: vector.email,
    addresses: vector.addresses,
  }
}

const at = (seconds: number) => new Date(seconds * 1000)

test('makes the tokens of Django and allauth', async () => {
  for (const vector of vectors.reset_tokens) {
    const token = await makeResetToken(subjectOf(vector), vector.secret, at(vector.seconds))
    expect(token).toBe(vector.token)
  }
})

test('takes the tokens of Django and allauth', async () => {
  for (const vector of vectors.reset_tokens) {
    const { token, secret, seconds } = vector
    expect(
      await isResetTokenGood(subjectOf(vector), token, {
        secrets: [secret],
        timeoutSeconds: 60,
        now: at(seconds),
      }),
    ).toBe(true)
  }
})

test('writes uids as allauth does', () => {
  for (const { id, uid } of vectors.reset_tokens) {
    expect(encodeUid(id)).toBe(uid)
    expect(decodeUid(uid)).toBe(id)
  }
})

test.each(['', ' ', '-1', '1.5', 'ä', 'a b', 'zzzzzzzzzzzzzz', 'zzzzzzzzzzzzz', '1\n'])(
  'the uid %j names nobody',
  (uid) => {
    expect(decodeUid(uid)).toBeUndefined()
  },
)

describe('a token dies', () => {
  const SECRET = 'some-secret-of-more-than-thirty-two-bytes'
  const subject: ResetSubject = {
    id: 1,
    passwordHash: 'hash',
    lastLoginAt: at(1_700_000_000),
    email: 'alice@example.com',
    addresses: ['alice@example.com'],
  }
  const now = at(1_804_136_767)
  const isGood = async (
    changed: Partial<ResetSubject>,
    secrets = [SECRET],
    later = 0,
  ): Promise<boolean> => {
    const token = await makeResetToken(subject, SECRET, now)
    const then = new Date(now.getTime() + later * 1000)
    return isResetTokenGood({ ...subject, ...changed }, token, {
      secrets,
      timeoutSeconds: 60,
      now: then,
    })
  }

  test.each<[string, Partial<ResetSubject>]>([
    ['account', { id: 2 }],
    ['password', { passwordHash: 'other' }],
    ['last login', { lastLoginAt: at(1_700_000_001) }],
    ['last login gone', { lastLoginAt: null }],
    ['address', { email: 'other@example.com' }],
    ['addresses', { addresses: ['alice@example.com', 'second@example.com'] }],
  ])('with another %s', async (_, changed) => {
    expect(await isGood(changed)).toBe(false)
  })

  test('not with the same addresses in another order, or milliseconds', async () => {
    expect(await isGood({ addresses: [], lastLoginAt: new Date(1_700_000_000_999) })).toBe(true)
  })

  test('with its secret, unless that is a fallback', async () => {
    expect(await isGood({}, ['another'])).toBe(false)
    expect(await isGood({}, ['another', SECRET])).toBe(true)
  })

  test('after its time', async () => {
    expect(await isGood({}, [SECRET], 60)).toBe(true)
    expect(await isGood({}, [SECRET], 61)).toBe(false)
  })

  test('with another mailbox, where the account has several', async () => {
    const several = { ...subject, addresses: ['alice@example.com', 'second@example.com'] }
    const mailed = { ...several, mailedTo: 'second@example.com' }
    const token = await makeResetToken(mailed, SECRET, now)
    expect(
      await isResetTokenGood(mailed, token, { secrets: [SECRET], timeoutSeconds: 60, now }),
    ).toBe(true)
    for (const mailedTo of [undefined, 'alice@example.com']) {
      expect(
        await isResetTokenGood({ ...several, mailedTo }, token, {
          secrets: [SECRET],
          timeoutSeconds: 60,
          now,
        }),
      ).toBe(false)
    }
  })

  test('not with a mailbox, where the account has one: it stays Django’s own', async () => {
    expect(await isGood({ mailedTo: 'alice@example.com' })).toBe(true)
    const ofDjango = { ...subject, addresses: undefined }
    const token = await makeResetToken(ofDjango, SECRET, now)
    const mailedTo = 'alice@example.com'
    expect(
      await isResetTokenGood({ ...ofDjango, mailedTo }, token, {
        secrets: [SECRET],
        timeoutSeconds: 60,
        now,
      }),
    ).toBe(true)
  })

  test('with anything written around it', async () => {
    const token = await makeResetToken(subject, SECRET, now)
    for (const text of [`x${token}`, `${token}x`, `${token}0`, `${token}\n`, ` ${token}`]) {
      expect(
        await isResetTokenGood(subject, text, { secrets: [SECRET], timeoutSeconds: 60, now }),
      ).toBe(false)
    }
  })

  test.each(['', '-', 'a-', '-b', 'c5b9q7-0', 'C5B9Q7-00000000000000000000000000000000'])(
    'when it is the text %j',
    async (text) => {
      expect(
        await isResetTokenGood(subject, text, { secrets: [SECRET], timeoutSeconds: 60, now }),
      ).toBe(false)
    },
  )

  test('when another time is written on it', async () => {
    const token = await makeResetToken(subject, SECRET, now)
    const later = await makeResetToken(subject, SECRET, new Date(now.getTime() + 5_000))
    const forged = `${later.split('-')[0]}-${token.split('-')[1]}`
    expect(
      await isResetTokenGood(subject, forged, { secrets: [SECRET], timeoutSeconds: 60, now }),
    ).toBe(false)
  })
})
