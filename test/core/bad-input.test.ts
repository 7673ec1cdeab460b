import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { undoAddressChange } from '../../src/core/accounts/address-change.ts'
import { confirmLoginStep } from '../../src/core/accounts/confirm-login-step.ts'
import { logInByCode, logInByLink } from '../../src/core/accounts/emailed-login.ts'
import { invite } from '../../src/core/accounts/invitations.ts'
import { leave, undoLeaving } from '../../src/core/accounts/leave.ts'
import { createAccount } from '../../src/core/accounts/operator.ts'
import { addAddress } from '../../src/core/accounts/own-addresses.ts'
import { requestLoginCode, requestLoginLink } from '../../src/core/accounts/request-login.ts'
import { requestPasswordReset } from '../../src/core/accounts/request-reset.ts'
import { confirmResetByCode, requestResetByCode } from '../../src/core/accounts/reset-by-code.ts'
import { confirmPasswordReset } from '../../src/core/accounts/reset-password.ts'
import { resendByCode, verifyEmailByCode } from '../../src/core/accounts/verify-by-code.ts'
import { resendVerification, verifyEmail } from '../../src/core/accounts/verify-email.ts'
import { createKey } from '../../src/core/operator/admin-keys.ts'
import { changePasskeyName } from '../../src/core/second-factor/passkeys.ts'
import { login } from '../../src/core/sign-in/by-password.ts'
import { completeSecondStep } from '../../src/core/sign-in/by-second-factor.ts'
import { introspect } from '../../src/core/sign-in/introspect.ts'
import { refreshTokens } from '../../src/core/sign-in/refresh.ts'
import { checkToken } from '../../src/core/sign-in/verify-token.ts'
import { proofOf } from '../../src/core/tokens/proof.sql.ts'
import { findUserByClaim } from '../../src/core/users/users.sql.ts'
import type { Deps } from '../../src/deps.ts'
import { aUser, createTestApp } from '../support/app.ts'

const NO_ADDRESS = { kind: 'invalid', faults: [{ field: 'email', code: 'email_invalid' }] }
const context = { origin: '', language: 'en' } as const
const wanted = { key: true, jwt: false, session: false }
const wish = { sessionKey: undefined, trustToken: undefined, wanted }
const passwords = { newPassword1: 'gentle-otter-lamp', newPassword2: 'gentle-otter-lamp' }
const nonsense = { handle: 'nonsense', code: '000000' }

/** A proof of alice that does not hold any more. */
async function staleProof({ db }: Pick<Deps, 'db'>) {
  const user = await findUserByClaim(db, { field: 'username', value: 'alice' })
  if (user === undefined) throw new Error('alice is seeded')
  return { user, proof: proofOf('caller', user, sql`0`) }
}

/** Operations that people reach with something typed or followed, called as any surface could. */
const OPERATIONS: readonly (readonly [string, (deps: Deps) => unknown, unknown])[] = [
  ['requestLoginCode', (deps) => requestLoginCode(deps, 'alice', context), NO_ADDRESS],
  ['requestLoginLink', (deps) => requestLoginLink(deps, 'alice', context), NO_ADDRESS],
  ['requestPasswordReset', (deps) => requestPasswordReset(deps, 'alice', context), NO_ADDRESS],
  ['requestResetByCode', (deps) => requestResetByCode(deps, 'alice', context), NO_ADDRESS],
  ['resendVerification', (deps) => resendVerification(deps, 'alice', context), NO_ADDRESS],
  ['resendByCode', (deps) => resendByCode(deps, 'alice', context), NO_ADDRESS],
  ['invite', (deps) => invite(deps, { email: 'alice', context }), NO_ADDRESS],
  [
    'addAddress',
    async (deps) => {
      const { user, proof } = await staleProof(deps)
      const owner = { userId: user.id, proof, addresses: [] }
      return addAddress(deps, owner, { email: 'alice', context })
    },
    NO_ADDRESS,
  ],
  ['verifyEmail', (deps) => verifyEmail(deps, 'nonsense'), 'unknown_key'],
  ['verifyEmailByCode', (deps) => verifyEmailByCode(deps, nonsense), { kind: 'bad_handle' }],
  ['logInByCode', (deps) => logInByCode(deps, nonsense, wish), { kind: 'bad_handle' }],
  ['logInByLink', (deps) => logInByLink(deps, 'nonsense', wish), { kind: 'bad_key' }],
  ['confirmLoginStep', (deps) => confirmLoginStep(deps, nonsense, wish), { kind: 'bad_handle' }],
  [
    'confirmResetByCode',
    (deps) => confirmResetByCode(deps, { ...nonsense, ...passwords }),
    { kind: 'bad_handle' },
  ],
  [
    'confirmPasswordReset',
    (deps) => confirmPasswordReset(deps, { uid: '?', token: '?', ...passwords }),
    { kind: 'bad_uid' },
  ],
  ['undoAddressChange', (deps) => undoAddressChange(deps, 'nonsense', context), 'unknown_key'],
  ['undoLeaving', (deps) => undoLeaving(deps, 'nonsense'), 'unknown_key'],
  ['leave', async (deps) => leave(deps, await staleProof(deps), context), { kind: 'stale_proof' }],
  [
    'login',
    (deps) =>
      login(deps, {
        username: '',
        email: undefined,
        password: 'x',
        sessionKey: undefined,
        deviceToken: undefined,
        wanted,
      }),
    { kind: 'invalid', faults: [{ code: 'name_and_password_required' }] },
  ],
  [
    'completeSecondStep',
    (deps) =>
      completeSecondStep(deps, {
        ephemeralToken: 'x',
        code: 'x',
        trusts: false,
        sessionKey: undefined,
        wanted,
      }),
    { kind: 'bad_token' },
  ],
  [
    'introspect',
    (deps) => introspect(deps, 'nonsense', ['token', 'session']),
    { kind: 'inactive' },
  ],
  ['refreshTokens', (deps) => refreshTokens(deps, 'nonsense'), { kind: 'refused' }],
  ['checkToken', (deps) => checkToken(deps, 'nonsense'), { kind: 'refused' }],
  [
    'createKey',
    (deps) => createKey(deps, { name: '', scopes: [], expiresAt: undefined }),
    { kind: 'invalid' },
  ],
  [
    'createAccount',
    (deps) =>
      createAccount(deps, {
        username: 'a b',
        email: '',
        isEmailVerified: false,
        password: undefined,
        passwordRules: 'obeyed',
        firstName: '',
        lastName: '',
        isStaff: false,
        isSuperuser: false,
      }),
    { kind: 'invalid' },
  ],
  [
    'changePasskeyName',
    async (deps) => {
      const { proof } = await staleProof(deps)
      return changePasskeyName(deps, { proof }, { passkeyId: 1, name: 'x'.repeat(10_000) })
    },
    { kind: 'invalid' },
  ],
]

test.each(OPERATIONS)('%s refuses bad input, whoever calls it', async (_name, call, expected) => {
  const app = await createTestApp({
    env: { USE_JWT: 'true' },
    users: [aUser({ username: 'alice', email: 'alice@example.com' })],
  })
  const outcome = await call(app.deps())
  if (typeof expected === 'object') expect(outcome).toMatchObject(Object(expected))
  else expect(typeof outcome === 'object' ? Object(outcome).kind : outcome).toBe(expected)
})
