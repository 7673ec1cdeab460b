import { expect, test } from 'vitest'
import { ownClaims } from '../../../src/core/tokens/own-claims.ts'
import { settingsOf } from '../../support/settings.ts'

const UUID = '018f4d5e-7a3b-7c1d-9e2f-0a1b2c3d4e5f'
const ADA = {
  id: 7,
  username: 'ada',
  email: 'ada@x.example',
  firstName: 'Ada',
  lastName: 'Lovelace',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: null,
  more: {
    publicId: UUID,
    isStaff: 1,
    isSuperuser: 0,
    groups: ['editors'],
    permissions: ['blog.add_post'],
    own: { plan: 'pro', 'profile.city': 'London' },
  },
}
const USER_FIELDS = {
  plan: { type: 'string', write: 'server' },
  'profile.city': { type: 'string', write: 'server', jwt: true },
  secret: { type: 'string', write: 'server' },
}
const BASE = {
  USE_JWT: 'true',
  USER_FIELDS,
  USER_ROLES: 'is_staff,is_superuser,groups,permissions',
}

test.each([
  ['pk', '7'],
  ['username', 'ada'],
  ['email', 'ada@x.example'],
  ['first_name', 'Ada'],
  ['last_name', 'Lovelace'],
  ['is_staff', true],
  ['is_superuser', false],
  ['groups', ['editors']],
  ['permissions', ['blog.add_post']],
  ['roles', ['staff', 'editors']],
  ['plan', 'pro'],
  ['profile.city', 'London'],
])('a claim from %s says %j', (from, value) => {
  const settings = settingsOf({ ...BASE, JWT_CLAIMS: { mine: from } })
  expect(ownClaims(settings, ADA)).toStrictEqual({ profile_city: 'London', mine: value })
})

test('a claim of its own says what the settings say; one of no field says nothing', () => {
  const settings = settingsOf({
    ...BASE,
    JWT_CLAIMS: { tenant: { value: { id: 7 } }, gone: 'plan' },
  })
  expect(ownClaims(settings, ADA)).toStrictEqual({
    profile_city: 'London',
    tenant: { id: 7 },
    gone: 'pro',
  })
  const without = { ...settings, USER_FIELDS: [] }
  expect(ownClaims(without, ADA)).toStrictEqual({ tenant: { id: 7 }, gone: undefined })
})

test('USER_PK = uuid: the pk is the public id', () => {
  const settings = settingsOf({ ...BASE, USER_PK: 'uuid', JWT_CLAIMS: { sub: 'pk' } })
  expect(ownClaims(settings, ADA)).toMatchObject({ sub: UUID })
})

test('what is longer than JWT_CLAIMS_MAX_BYTES together is left out, and takes its old value away', () => {
  const settings = settingsOf({ USE_JWT: 'true', JWT_CLAIMS: { a: 'username', é: 'first_name' } })
  // ["a","ada"] and ["é","Ada"]: eleven and twelve bytes.
  const within = (JWT_CLAIMS_MAX_BYTES: number) =>
    ownClaims({ ...settings, JWT_CLAIMS_MAX_BYTES }, ADA)
  expect(within(23)).toStrictEqual({ a: 'ada', é: 'Ada' })
  expect(within(22)).toStrictEqual({ a: 'ada', é: undefined })
  expect(within(10)).toStrictEqual({ a: undefined, é: undefined })
})

test('a client’s sub goes before that of everyone, where the token is for one', () => {
  const settings = settingsOf({
    ...BASE,
    JWT_CLAIMS: { sub: 'username' },
    JWT_CLIENTS: { shop: { sub: 'email' }, bare: {} },
  })
  const subOf = (client_id?: string) => ownClaims(settings, ADA, { client_id })['sub']
  expect([subOf(), subOf('shop'), subOf('bare'), subOf('gone')]).toEqual([
    'ada',
    'ada@x.example',
    'ada',
    'ada',
  ])
})
