import { makeCredential, credentialId, publicKeyOf } from '../conformance/authenticator.ts'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { sealCodeHandle } from '../../src/core/second-factor/code-handle.ts'
import { sealLoginStep } from '../../src/core/second-factor/login-step.ts'
import { beginActivation } from '../../src/core/second-factor/totp-activation.ts'
import { emailedCode, type CodePurpose } from '../../src/core/tokens/emailed-code.ts'
import { makeLoginKey } from '../../src/core/tokens/login-key.ts'
import { findUserByClaim } from '../../src/core/users/users.sql.ts'
import { seedPasskey, seedTotp, seedUser, type SeededUser } from '../support/seed.ts'
import { FACTORS, SECRET } from '../support/second-factor.ts'
import { NEW_PASSWORD, OLD_PASSWORD, type FaultWorld } from './fault-world.ts'
import { KEY, requestOf, TOKEN, user, type Operation } from './operations.ts'

const RECOVERY_CODE = '0123-4567'
const ENV = {
  ...FACTORS,
  ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
  ACCOUNT_LOGIN_BY_LINK_ENABLED: 'true',
  ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
  ACCOUNT_RATE_LIMITS: { send_email: null },
}

type Given = {
  readonly name: string
  readonly status?: number
  readonly again?: readonly number[]
  readonly env?: Readonly<Record<string, string>>
  readonly owner?: Partial<SeededUser>
  /** What the account has besides. */
  readonly seeds?: (world: FaultWorld) => Promise<unknown>
  readonly request: (world: FaultWorld) => Promise<() => Request>
}

/** An operation of Alice, who has a token and what `seeds` says. */
function operation({ name, status = 200, again, env, owner, seeds, request }: Given): Operation {
  return {
    name,
    env: { ...ENV, ...env },
    status,
    ...(again === undefined ? {} : { again }),
    prepare: async (world) => {
      await seedUser(world.deps(), user({ tokenKey: KEY, ...owner }))
      await seeds?.(world)
      return request(world)
    },
  }
}

const seedApp = (world: FaultWorld) =>
  seedTotp(world.deps(), { userId: 1, secret: SECRET, codes: [RECOVERY_CODE] })

const seedLaptop = (world: FaultWorld) =>
  seedPasskey(world.deps(), {
    userId: 1,
    credentialId: credentialId('laptop').toString('base64url'),
    publicKey: publicKeyOf('laptop').toString('base64url'),
    name: 'Laptop',
    signCount: 0,
    transports: [],
  })

function codeNow(world: FaultWorld, secret = SECRET): string {
  return oneTimeCode({ secret, at: 0, digits: 6, periodSeconds: 30 }, world.clock.now())
}

async function answered(
  world: FaultWorld,
  request: () => Request,
): Promise<Record<string, string>> {
  const body = (await (await world.send(request())).json()) as Record<string, string>
  await world.settle()
  return body
}

async function readAlice(world: FaultWorld) {
  const found = await findUserByClaim(world.deps().db, { field: 'id', value: '1' })
  if (found === undefined) throw new Error('The user was not written.')
  return found
}

/** A code for Alice, or nobody, as if it had been mailed. */
async function mailedCode(world: FaultWorld, purpose: CodePurpose, email: string, isKnown = true) {
  const deps = world.deps()
  const seed = 'AAAAAAAAAAAAAAAAAAAAAA'
  const account = isKnown ? await readAlice(world) : undefined
  return {
    handle: await sealCodeHandle(deps, { purpose, seed, email, account, emails: [true] }),
    code: await emailedCode(deps.settings.SECRET_KEY, purpose, seed),
  }
}

const credentials = { username: 'alice', password: OLD_PASSWORD }
const newPasswords = { new_password1: NEW_PASSWORD, new_password2: NEW_PASSWORD }

/** Every operation of second factors, and every login by mail, that waits for the database. */
export const SECOND_FACTOR_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'second step',
    // The code and the token of the first step are used up.
    again: [400],
    seeds: seedApp,
    request: async (world) => {
      const first = await answered(world, requestOf('POST', 'login/', credentials))
      const body = { ephemeral_token: first['ephemeral_token'], code: codeNow(world) }
      return requestOf('POST', 'mfa/verify/', body)
    },
  }),
  operation({
    name: 'second step (recovery code)',
    again: [400],
    seeds: seedApp,
    request: async (world) => {
      const first = await answered(world, requestOf('POST', 'login/', credentials))
      const body = { ephemeral_token: first['ephemeral_token'], code: RECOVERY_CODE }
      return requestOf('POST', 'mfa/verify/', body)
    },
  }),
  operation({
    name: 'activation of an app',
    again: [400],
    request: async (world) => {
      const setup = await beginActivation(world.deps(), await readAlice(world))
      const { activationToken, secret } = setup
      const body = { activation_token: activationToken, code: codeNow(world, secret) }
      return requestOf('POST', 'mfa/totp/activate/', body, TOKEN)
    },
  }),
  operation({
    name: 'deactivation of an app',
    again: [400],
    seeds: seedApp,
    request: async (world) =>
      requestOf('POST', 'mfa/totp/deactivate/', { code: codeNow(world) }, TOKEN),
  }),
  operation({
    name: 'new recovery codes',
    seeds: seedApp,
    request: async () => requestOf('POST', 'mfa/recovery-codes/regenerate/', {}, TOKEN),
  }),
  operation({
    name: 'passkey registration',
    status: 201,
    again: [400],
    request: async (world) => {
      const begin = requestOf('POST', 'passkeys/register/begin/', {}, TOKEN)
      const { challenge = '' } = await answered(world, begin)
      const credential = makeCredential({ action: 'create', key: 'laptop', challenge })
      return requestOf('POST', 'passkeys/register/complete/', { credential }, TOKEN)
    },
  }),
  operation({
    name: 'passkey login',
    again: [400],
    seeds: seedLaptop,
    request: async (world) => {
      const begun = await answered(world, requestOf('POST', 'passkeys/login/begin/', {}))
      const { challenge = '', session_id } = begun
      const credential = makeCredential({ action: 'get', key: 'laptop', challenge, counter: 1 })
      return requestOf('POST', 'passkeys/login/complete/', { credential, session_id })
    },
  }),
  operation({
    name: 'passkey deleted',
    status: 204,
    again: [404],
    seeds: seedLaptop,
    request: async () => requestOf('DELETE', 'passkeys/1/', undefined, TOKEN),
  }),
  operation({
    name: 'proving again',
    again: [400],
    seeds: seedApp,
    request: async (world) => requestOf('POST', 'reauthenticate/', { code: codeNow(world) }, TOKEN),
  }),
  operation({
    name: 'code by mail (asked for)',
    request: async () => requestOf('POST', 'login/code/request/', { email: 'alice@example.com' }),
  }),
  operation({
    name: 'login by a mailed code',
    again: [400],
    request: async (world) =>
      requestOf(
        'POST',
        'login/code/confirm/',
        await mailedCode(world, 'login-code', 'alice@example.com'),
      ),
  }),
  operation({
    name: 'login by a mailed code (address unverified)',
    // The code is used up, and the next one logs in; whoever had only claimed the address is out.
    again: [400],
    owner: { emailVerified: false },
    request: async (world) =>
      requestOf(
        'POST',
        'login/code/confirm/',
        await mailedCode(world, 'login-code', 'alice@example.com'),
      ),
  }),
  operation({
    name: 'sign-up by a mailed code',
    again: [400],
    request: async (world) =>
      requestOf(
        'POST',
        'login/code/confirm/',
        await mailedCode(world, 'login-code', 'bob@example.com', false),
      ),
  }),
  operation({
    name: 'login by a mailed link',
    again: [400],
    request: async (world) => {
      const subject = { ...(await readAlice(world)), mailedTo: 'alice@example.com' }
      const key = await makeLoginKey(world.deps(), subject)
      return requestOf('POST', 'login/link/confirm/', { key })
    },
  }),
  operation({
    name: 'reset by a mailed code',
    again: [400],
    request: async (world) => {
      const given = await mailedCode(world, 'reset-code', 'alice@example.com')
      return requestOf('POST', 'password/reset/confirm/', { ...given, ...newPasswords })
    },
  }),
  operation({
    name: 'passkey renamed',
    seeds: seedLaptop,
    request: async () => requestOf('PATCH', 'passkeys/1/', { name: 'Phone' }, TOKEN),
  }),
  operation({
    name: 'proving again (password)',
    request: async () => requestOf('POST', 'reauthenticate/', { password: OLD_PASSWORD }, TOKEN),
  }),
  operation({
    name: 'proving again (mailed code)',
    again: [400],
    request: async (world) =>
      requestOf(
        'POST',
        'reauthenticate/',
        await mailedCode(world, 'login-code', 'alice@example.com'),
        TOKEN,
      ),
  }),
  operation({
    name: 'proving again (passkey)',
    again: [400],
    seeds: seedLaptop,
    request: async (world) => {
      const begun = await answered(world, requestOf('POST', 'passkeys/login/begin/', {}))
      const { challenge = '', session_id } = begun
      const credential = makeCredential({ action: 'get', key: 'laptop', challenge, counter: 1 })
      return requestOf('POST', 'reauthenticate/', { credential, session_id }, TOKEN)
    },
  }),
  operation({
    name: 'link by mail (asked for)',
    request: async () => requestOf('POST', 'login/link/request/', { email: 'alice@example.com' }),
  }),
  operation({
    name: 'reset code by mail (asked for)',
    request: async () => requestOf('POST', 'password/reset/', { email: 'alice@example.com' }),
  }),
  operation({
    name: 'login that a mailed code follows',
    env: { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' },
    request: async () => requestOf('POST', 'login/', credentials),
  }),
  operation({
    name: 'mailed code after a password',
    env: { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' },
    again: [400],
    request: async (world) => {
      const account = await readAlice(world)
      const seed = 'AAAAAAAAAAAAAAAAAAAAAA'
      const deps = world.deps()
      const handle = await sealLoginStep(deps, {
        how: 'password',
        isUserVerified: false,
        wasEmailVerified: true,
        tokenVersion: 0,
        seed,
        email: 'alice@example.com',
        userId: account.id,
        passwordHash: account.passwordHash,
        isMailed: true,
      })
      const code = await emailedCode(deps.settings.SECRET_KEY, 'login-code', seed)
      return requestOf('POST', 'login/code/confirm/', { handle, code })
    },
  }),
]
