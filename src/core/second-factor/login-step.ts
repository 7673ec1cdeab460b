/** The handle of a login that waits for a mailed code, sealed. */
import { encodeBase64Url, sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { isForgotten } from '../../settings/remember.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'
import { newSpender, type OpenedHandle } from './code-handle.ts'
import type { FirstStepTies } from './first-step.sql.ts'
import type { FirstStepProof } from './pending-login.ts'

/** A login that waits for the code of a mail. Only the handle knows of it. */
export type LoginStep = {
  /** How the login was proved so far. */
  readonly how: Exclude<FirstStepProof, 'emailed_code'>
  /** Of a passkey, whether its authenticator verified the user: it counts as both factors then. */
  readonly isUserVerified: boolean
  /** Whether the address counted as verified; where it must be, it must still be so. */
  readonly wasEmailVerified: boolean
  /** Of the account's tokens: logging out everywhere ends what was begun before. */
  readonly tokenVersion: number
  readonly ties?: FirstStepTies | undefined
  /** Whether the login is to outlive the browser. */
  readonly isRemembered: boolean
  /** Which of `JWT_CLIENTS` asks for it. */
  readonly jwtClient?: string
}

/** A code about to be mailed, and whose login waits for it. */
export type NewLoginStep = Omit<LoginStep, 'isRemembered' | 'jwtClient'> & {
  readonly seed: string
  readonly email: string
  readonly userId: number
  readonly passwordHash: string
  /** Not where the mailbox has had enough: then no code of this handle is valid. */
  readonly isMailed: boolean
}

type StepDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes' | 'jwtClient'>

/** The handle of a login that waits for a mailed code: bound to account and password, sealed, stored nowhere. */
export async function sealLoginStep(
  deps: StepDeps,
  { passwordHash, seed, ...step }: NewLoginStep,
): Promise<string> {
  const content = {
    ...step,
    isRemembered: !isForgotten(deps.settings),
    jwtClient: deps.jwtClient,
    // The seed of a code that was not mailed is unknown to everyone, too.
    seed: step.isMailed ? seed : encodeBase64Url(deps.randomBytes(16)),
    password: await sha256Hex(passwordHash),
  }
  const lifetimeSeconds = deps.settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
  return sealToken(deps, 'login-step', { content, lifetimeSeconds })
}

/** Opens such a handle; `undefined` where it is none, or too old. */
export async function openLoginStep(
  deps: StepDeps,
  text: string,
): Promise<(OpenedHandle & { readonly step: LoginStep }) | undefined> {
  const token = await openToken(deps, 'login-step', text)
  if (token === undefined) return undefined
  // Sealed only by `sealLoginStep`: the seal's purpose says so.
  const content = token.content as unknown as LoginStep & {
    readonly seed: string
    readonly email: string
    readonly userId: number
    readonly password: string
    readonly isMailed: boolean
  }
  const { seed, email, userId, password, isMailed, ...step } = content
  return {
    handle: { seed, email, userId, password, isMailed, purpose: 'login-code' },
    claim: { id: token.id, expiresAt: token.expiresAt, spentBy: newSpender(deps) },
    step,
  }
}
