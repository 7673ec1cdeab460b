import { expect, test } from 'vitest'
import { changePassword } from '../../../src/core/accounts/change-password.ts'
import { invite } from '../../../src/core/accounts/invitations.ts'
import { createAccount } from '../../../src/core/accounts/operator.ts'
import { register } from '../../../src/core/accounts/register.ts'
import { requestLoginCode, requestLoginLink } from '../../../src/core/accounts/request-login.ts'
import { requestPasswordReset } from '../../../src/core/accounts/request-reset.ts'
import { requestResetByCode } from '../../../src/core/accounts/reset-by-code.ts'
import { resendByCode } from '../../../src/core/accounts/verify-by-code.ts'
import { resendVerification } from '../../../src/core/accounts/verify-email.ts'
import { createKey, listKeys } from '../../../src/core/operator/admin-keys.ts'
import { changeEmail } from '../../../src/core/operator/change-email.ts'
import { findTarget } from '../../../src/core/operator/target.sql.ts'
import {
  changePasskeyName,
  completeRegistration,
} from '../../../src/core/second-factor/passkeys.ts'
import { login } from '../../../src/core/sign-in/by-password.ts'
import type { LoginInput } from '../../../src/core/sign-in/login-input.ts'
import { relyingParty } from '../../../src/core/second-factor/webauthn/relying-party.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { findUserByClaim } from '../../../src/core/users/users.sql.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const CONTEXT = { origin: '', language: 'en' } as const
const LONG = `${'a'.repeat(60)}@example.com`
const PASSWORD = 'gentle-otter-lamp'

const field = 'email'
const BLANK = { field, code: 'blank' }
const INVALID = { field, code: 'email_invalid' }

/** What is typed to be found by, and what every request for a mail says of it. */
const TYPED: readonly (readonly [string, readonly object[]])[] = [
  ['', [BLANK]],
  ['alice', [INVALID]],
  [' alice@example.com', [INVALID]],
  ['a\0b@example.com', [{ field, code: 'null_character' }, INVALID]],
  [
    'a\ud800@example.com',
    [{ field, code: 'lone_surrogate', params: { character: 'U+D800' } }, INVALID],
  ],
]

type Deps = ReturnType<TestApp['deps']>
type Request = (deps: Deps, email: string) => Promise<object>

const REQUESTS: readonly (readonly [string, Request])[] = [
  ['requestPasswordReset', (deps, email) => requestPasswordReset(deps, email, CONTEXT)],
  ['requestResetByCode', (deps, email) => requestResetByCode(deps, email, CONTEXT)],
  ['requestLoginCode', (deps, email) => requestLoginCode(deps, email, CONTEXT)],
  ['requestLoginLink', (deps, email) => requestLoginLink(deps, email, CONTEXT)],
  ['resendVerification', (deps, email) => resendVerification(deps, email, CONTEXT)],
  ['resendByCode', (deps, email) => resendByCode(deps, email, CONTEXT)],
]

test.each(REQUESTS)('%s refuses what is no address, and asks nobody', async (name, request) => {
  const app = await createTestApp({ users: [aUser()] })
  for (const [email, faults] of TYPED) {
    // Where a sign-up needs no address, a code for none is nobody's.
    if (name === 'resendByCode' && email === '') continue
    const deps = app.deps()
    expect(await request(deps, email), email).toEqual({ kind: 'invalid', faults })
    expect(deps.roundTrips()).toBe(0)
  }
})

test.each([
  ['requestLoginCode', requestLoginCode],
  ['requestLoginLink', requestLoginLink],
])('%s refuses an address that none may have', async (_, request) => {
  const app = await createTestApp({ env: { ACCOUNT_EMAIL_MAX_LENGTH: '50' } })
  expect(await request(app.deps(), LONG, CONTEXT)).toEqual({
    kind: 'invalid',
    faults: [{ field, code: 'too_long', params: { max: 50 } }],
  })
})

const TYPED_LOGIN: LoginInput = {
  username: 'alice',
  email: undefined,
  password: PASSWORD,
  sessionKey: undefined,
  deviceToken: undefined,
  wanted: { key: true, jwt: false, session: false },
}

test.each<[string, Partial<LoginInput>, object, string]>([
  ['no password', { password: '' }, { field: 'password', code: 'blank' }, 'username,email'],
  ['a null', { username: 'a\0' }, { field: 'username', code: 'null_character' }, 'username,email'],
  ['no address', { email: 'alice' }, INVALID, 'username,email'],
  ['nothing', { username: '' }, { code: 'name_and_password_required' }, 'username,email'],
  ['no name', { username: undefined }, { code: 'username_and_password_required' }, 'username'],
  [
    'an address where names count',
    { username: '', email: 'alice@example.com' },
    { code: 'username_and_password_required' },
    'username',
  ],
  ['a name where addresses count', {}, { code: 'email_and_password_required' }, 'email'],
])('login refuses %s, and asks nobody', async (_, change, fault, methods) => {
  const app = await createTestApp({ env: { ACCOUNT_LOGIN_METHODS: methods }, users: [aUser()] })
  const deps = app.deps()
  expect(await login(deps, { ...TYPED_LOGIN, ...change })).toEqual({
    kind: 'invalid',
    faults: [{ field: undefined, ...fault }],
  })
  expect(deps.roundTrips()).toBe(0)
})

test('register wants what ACCOUNT_SIGNUP_FIELDS asks for', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_SIGNUP_FIELDS: 'username*,email*,password1*,password2*' },
  })
  const outcome = await register(app.deps(), {
    username: undefined,
    email: '',
    password1: '',
    password2: '',
    emailContext: CONTEXT,
    wanted: TYPED_LOGIN.wanted,
  })
  expect(outcome).toMatchObject({
    kind: 'invalid',
    faults: expect.arrayContaining([
      { field: 'username', code: 'required' },
      { field: 'email', code: 'required' },
      { field: 'password1', code: 'blank' },
    ]) as unknown,
  })
})

async function alice(deps: Deps) {
  const user = await findUserByClaim(deps.db, { field: 'username', value: 'alice' })
  if (user === undefined) throw new Error('alice is seeded')
  return user
}

test('a new password is neither blank nor endless, whatever the validators say', async () => {
  const app = await createTestApp({ users: [aUser()], env: { AUTH_PASSWORD_VALIDATORS: '[]' } })
  const deps = app.deps()
  const user = await alice(deps)
  const change = (newPassword1: string, newPassword2 = newPassword1) =>
    changePassword(deps, {
      user,
      oldPassword: undefined,
      newPassword1,
      newPassword2,
      sessionKey: undefined,
      isByJwt: false,
    })
  expect(await change('')).toEqual({
    kind: 'invalid',
    faults: [
      { field: 'new_password1', code: 'blank' },
      { field: 'new_password2', code: 'blank' },
    ],
  })
  expect(await change('x'.repeat(129), 'y')).toEqual({
    kind: 'invalid',
    faults: [{ field: 'new_password1', code: 'too_long', params: { max: 128 } }],
  })
})

test('an address that is to be kept has its longest length for everybody who gives it', async () => {
  const app = await createTestApp({
    users: [aUser()],
    env: { ACCOUNT_EMAIL_MAX_LENGTH: '50' },
  })
  const deps = app.deps()
  const tooLong = { kind: 'invalid', faults: [{ field, code: 'too_long', params: { max: 50 } }] }
  const target = await findTarget(deps.db, (await alice(deps)).id)
  if (target === undefined) throw new Error('alice is seeded')
  expect(await changeEmail(deps, target, { email: LONG, isVerified: true })).toEqual(tooLong)
  expect(await invite(deps, { email: LONG, context: CONTEXT })).toEqual(tooLong)
  expect(await invite(deps, { email: '"a\u001b"@example.com', context: CONTEXT })).toEqual({
    kind: 'invalid',
    faults: [INVALID],
  })
  const made = await createAccount(deps, {
    username: 'carol',
    email: LONG,
    isEmailVerified: false,
    password: 'gentle-otter'.repeat(11),
    passwordRules: 'obeyed',
    firstName: 'x'.repeat(151),
    lastName: 'a\0',
    isStaff: false,
    isSuperuser: false,
  })
  expect(made).toEqual({
    kind: 'invalid',
    faults: [
      ...tooLong.faults,
      { field: 'first_name', code: 'too_long', params: { max: 150 } },
      { field: 'last_name', code: 'null_character' },
      { field: 'password', code: 'too_long', params: { max: 128 } },
    ],
  })
})

test.each([
  ['', { code: 'blank' }],
  ['x'.repeat(256), { code: 'too_long', params: { max: 255 } }],
  ['a\0', { code: 'null_character' }],
])('a passkey is not named %j', async (name, fault) => {
  const app = await createTestApp({
    users: [aUser()],
    env: {
      PASSKEYS_ENABLED: 'true',
      PASSKEY_RP_ID: 'app.example',
      PASSKEY_RP_NAME: 'App',
      PASSKEY_RP_ORIGINS: 'https://app.example',
    },
  })
  const deps = app.deps()
  const user = await alice(deps)
  const proof = proofOf('password', user)
  const invalid = { kind: 'invalid', faults: [{ field: 'name', ...fault }] }
  expect(await changePasskeyName(deps, { proof }, { passkeyId: 1, name })).toEqual(invalid)
  const party = relyingParty(deps.settings, undefined)
  if (party === undefined) throw new Error('PASSKEY_RP_ID is set')
  const caller = { user, proof, factor: { device: undefined, isUnverified: false } }
  const given = { party, credential: {}, name }
  expect(await completeRegistration(deps, caller, given)).toEqual(invalid)
})

test.each([
  ['', { code: 'blank' }],
  [' \t', { code: 'blank' }],
  ['x'.repeat(101), { code: 'too_long', params: { max: 100 } }],
  ['a\ud800', { code: 'lone_surrogate', params: { character: 'U+D800' } }],
  ['a\0', { code: 'null_character' }],
  ['desk\u001b[2J', { code: 'pattern_mismatch' }],
  ['desk\nroot', { code: 'pattern_mismatch' }],
  ['desk\u202etoor', { code: 'pattern_mismatch' }],
])('a key of a machine is not named %j', async (name, fault) => {
  const app = await createTestApp()
  const deps = app.deps()
  const made = await createKey(deps, { name, scopes: ['users:read'], expiresAt: undefined })
  expect(made).toEqual({ kind: 'invalid', faults: [{ field: 'name', ...fault }] })
  expect(await listKeys(deps.db)).toEqual([])
})
