import { describe, expect, test } from 'vitest'
import {
  decodeDjangoUid,
  decodeUid,
  encodeUid,
  mailboxesOf,
} from '../../../src/core/tokens/reset-token.ts'
import {
  accountIdClaim,
  ownerOfClaims,
  ownerOfId,
  userClaim,
  userNameInTokens,
} from '../../../src/core/tokens/token-owner.ts'
import { settingsOf } from '../../support/settings.ts'

const USER = {
  id: 7,
  username: 'ada',
  email: 'ada@x.example',
  firstName: '',
  lastName: '',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: null,
}
const BY_ID = settingsOf()
const BY_NAME = settingsOf({ SIMPLE_JWT_USER_ID_FIELD: 'username' })
const EXACT = settingsOf({
  SIMPLE_JWT_USER_ID_FIELD: 'username',
  DJANGO_COMPATIBILITY: 'exact',
})

test.each<[unknown, string | undefined]>([
  ['7', '7'],
  [7, '7'],
  ['-7', '-7'],
  ['007', '007'],
  ['1'.repeat(18), '1'.repeat(18)],
  ['1'.repeat(19), '-1'],
  [2 ** 60, '-1'],
  [1.5, undefined],
  [true, undefined],
  [null, undefined],
  [{}, undefined],
  [[7], undefined],
  ['', undefined],
  [' 7 ', undefined],
  ['7x', undefined],
  ['x7', undefined],
])('%j names the id %j', (claim, id) => {
  expect(userClaim('id', claim)).toBe(id)
  const owner = id === undefined ? undefined : { field: 'id', value: id }
  expect(ownerOfClaims(BY_ID, { user_id: claim })).toEqual(owner)
})

test.each([7, true, null, undefined, {}])('%j is no username', (claim) => {
  expect(userClaim('username', claim)).toBeUndefined()
  expect(ownerOfClaims(BY_NAME, { user_id: claim, account_id: '7' })).toBeUndefined()
})

const UUID = '018f4d5e-7a3b-7c1d-9e2f-0a1b2c3d4e5f'

describe('USER_PK = uuid', () => {
  const settings = settingsOf({ USER_PK: 'uuid' })

  test('a token names the public id, or still the row', () => {
    expect(ownerOfId(settings, UUID)).toEqual({ field: 'public_id', value: UUID })
    expect(ownerOfId(settings, '7')).toEqual({ field: 'id', value: '7' })
    for (const nobody of [true, {}, 'x', null]) {
      expect(ownerOfId(settings, nobody)).toBeUndefined()
    }
    expect(ownerOfId(BY_ID, UUID)).toBeUndefined()
    expect(ownerOfClaims(settings, { user_id: UUID })).toEqual({ field: 'public_id', value: UUID })
  })

  test('and new tokens name the public id of whoever has one', () => {
    const user = { ...USER, more: { publicId: UUID } }
    expect(userNameInTokens(settings, user)).toBe(UUID)
    expect(userNameInTokens(BY_ID, user)).toBe('7')
    expect(userNameInTokens(settings, USER)).toBe('7')
    expect(userNameInTokens(BY_NAME, user)).toBe('ada')
  })
})

describe('a username', () => {
  const owner = { field: 'username', value: 'ada' }

  test('counts with the account’s id', () => {
    expect(ownerOfClaims(BY_NAME, { user_id: 'ada', account_id: '7' })).toEqual({
      ...owner,
      id: '7',
    })
    for (const account_id of [undefined, 'x', true]) {
      expect(ownerOfClaims(BY_NAME, { user_id: 'ada', account_id, iat: 5 })).toBeUndefined()
    }
  })

  test('in exact it counts with the time of issue', () => {
    expect(ownerOfClaims(EXACT, { user_id: 'ada', iat: 5 })).toEqual({ ...owner, issuedAt: 5 })
    for (const iat of [undefined, '5']) {
      expect(ownerOfClaims(EXACT, { user_id: 'ada', iat, account_id: '7' })).toBeUndefined()
    }
  })

  test('brings the id into tokens, where both must fit', () => {
    expect(accountIdClaim(BY_NAME, 7)).toEqual({ account_id: '7' })
    expect(accountIdClaim(BY_ID, 7)).toEqual({})
    expect(accountIdClaim(EXACT, 7)).toEqual({})
  })
})

test.each<[string, number | undefined]>([
  ['1z', 71],
  ['1Z', 71],
  ['+1z', 71],
  ['1_z', 71],
  ['1_zz', 2591],
  ['1__z', undefined],
  ['_1', undefined],
  ['1_', undefined],
  ['1_.', undefined],
  ['-1', undefined],
  ['1-', undefined],
  ['', undefined],
  ['٣', 3],
  ['９', 9],
  ['𝟗', 9],
  ['0000000000001', 1],
  ['00000000000001', undefined],
  ['zzzzzzzzzzzzz', undefined],
])('the uid %s is %j', (uid, id) => {
  expect(decodeUid(uid)).toBe(id)
})

test.each<[string, number | undefined]>([
  ['Nw', 7],
  ['MTIz', 123],
  ['MDc', undefined],
  ['N3g', undefined],
  ['eDc', undefined],
  ['!', undefined],
  ['', undefined],
])('Django’s uid %s is %j', (uid, id) => {
  expect(decodeDjangoUid(uid)).toBe(id)
})

test.each<[number, string | null | undefined, string]>([
  [71, undefined, '1z'],
  [71, null, '1z'],
  [71, UUID, '018f4d5e7a3b7c1d9e2f0a1b2c3d4e5f'],
])('the id %i, public as %j, is written %s', (id, publicId, uid) => {
  expect(encodeUid(id, publicId)).toBe(uid)
})

test('an account’s mailboxes are told apart as mail servers do', () => {
  expect(mailboxesOf('A@x.example', ['a@x.example', 'a@X.example'])).toEqual(['a@x.example'])
  expect(mailboxesOf('', [])).toEqual([])
  expect(mailboxesOf('', ['', 'b@x.example'])).toEqual(['b@x.example'])
  expect(mailboxesOf('a@x.example', ['b@x.example'])).toEqual(['a@x.example', 'b@x.example'])
})
