import { expect, test } from 'vitest'
import { changePassword } from '../../../src/core/accounts/change-password.ts'
import { changeUser } from '../../../src/core/accounts/change-user.ts'
import { register } from '../../../src/core/accounts/register.ts'
import type { RegistrationInput } from '../../../src/core/accounts/registration-input.ts'
import { findUserByClaim } from '../../../src/core/users/users.sql.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const PASSWORD = 'right-horse-staple'
const NEW = 'gentle-otter-lamp'
const GOOD: RegistrationInput = {
  username: 'carol',
  email: 'carol@example.com',
  password1: NEW,
  password2: NEW,
  emailContext: { origin: '', language: 'en' },
  wanted: { key: true, jwt: false, session: false },
}

async function userOf(app: TestApp) {
  const user = await findUserByClaim(app.deps().db, { field: 'username', value: 'alice' })
  if (user === undefined) throw new Error('alice is seeded')
  return user
}

test.each<[string, Partial<RegistrationInput>, object]>([
  ['a name with blanks', { username: 'a b' }, { field: 'username', code: 'username_invalid' }],
  ['a reserved name', { username: 'Admin' }, { field: 'username', code: 'username_reserved' }],
  [
    'a reserved name in wide letters, which NFKC makes plain',
    { username: 'ａｄｍｉｎ' },
    { field: 'username', code: 'username_reserved' },
  ],
  [
    'a name that NFKC makes too long',
    { username: '\u33a6'.repeat(51) },
    { field: 'username', code: 'too_long', params: { max: 150 } },
  ],
  [
    'a short name',
    { username: 'ab' },
    { field: 'username', code: 'too_short', params: { min: 3 } },
  ],
  ['a taken name', { username: 'ALICE' }, { field: 'username', code: 'username_taken' }],
  ['no address', { email: 'carol' }, { field: 'email', code: 'email_invalid' }],
  [
    'a common password',
    { password1: 'password1234', password2: 'password1234' },
    {
      field: 'password1',
      code: 'password_too_common',
    },
  ],
  ['passwords that differ', { password2: 'other' }, { code: 'password_mismatch' }],
  [
    'a password like the name',
    { username: 'gentle-otter' },
    {
      code: 'password_too_similar',
      params: { attribute: 'username' },
    },
  ],
])('register refuses %s, without a surface', async (_, change, fault) => {
  const app = await createTestApp({
    users: [aUser()],
    env: { ACCOUNT_USERNAME_BLACKLIST: 'admin', ACCOUNT_USERNAME_MIN_LENGTH: '3' },
  })
  expect(await register(app.deps(), { ...GOOD, ...change })).toEqual({
    kind: 'invalid',
    faults: [{ field: undefined, ...fault }],
  })
})

test('changeUser refuses what a registration refuses, and names that are too long', async () => {
  const app = await createTestApp({
    users: [aUser(), aUser({ username: 'bob' })],
    env: { ACCOUNT_USERNAME_BLACKLIST: 'admin' },
  })
  const user = await userOf(app)
  const faultsOf = async (input: Parameters<typeof changeUser>[2]) => {
    const outcome = await changeUser(app.deps(), user, input)
    return outcome.kind === 'invalid' ? outcome.faults : outcome.kind
  }
  expect(await faultsOf({ username: 'a b' })).toEqual([
    { field: 'username', code: 'username_invalid' },
  ])
  expect(await faultsOf({ username: 'ＡＤＭＩＮ' })).toEqual([
    { field: 'username', code: 'username_reserved' },
  ])
  expect(await faultsOf({ username: 'bob' })).toEqual([
    { field: 'username', code: 'username_taken' },
  ])
  expect(await faultsOf({ firstName: 'x'.repeat(151), lastName: 'a\0b' })).toEqual([
    { field: 'first_name', code: 'too_long', params: { max: 150 } },
    { field: 'last_name', code: 'null_character' },
  ])
  expect(await faultsOf({ firstName: 'x'.repeat(150) })).toBe('updated')
})

test('changePassword judges the old password and the new ones, and counts each guess', async () => {
  const app = await createTestApp({
    users: [aUser({ password: PASSWORD })],
    env: {
      OLD_PASSWORD_FIELD_ENABLED: 'true',
      ACCOUNT_RATE_LIMITS: '{"change_password": "3/m/user"}',
    },
  })
  const user = await userOf(app)
  const change = (
    oldPassword: string | undefined,
    newPassword1: string,
    newPassword2 = newPassword1,
  ) =>
    changePassword(app.deps(), {
      user,
      oldPassword,
      newPassword1,
      newPassword2,
      sessionKey: undefined,
      isByJwt: false,
    })
  const wrongOld = [{ field: 'old_password', code: 'old_password_wrong' }]
  expect(await change('wrong', NEW)).toEqual({ kind: 'invalid', faults: wrongOld })
  expect(await change(undefined, NEW)).toEqual({ kind: 'invalid', faults: wrongOld })
  expect(await change(PASSWORD, NEW, 'other')).toEqual({
    kind: 'invalid',
    faults: [{ field: 'new_password2', code: 'password_mismatch' }],
  })
  expect(await change(PASSWORD, 'x'.repeat(129))).toMatchObject({ kind: 'throttled' })
})
