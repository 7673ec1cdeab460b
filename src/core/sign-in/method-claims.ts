/**
 * How a user logged in, as claims for resource servers that require a strong or recent login (step-up, RFC 9470).
 */
import type { Deps } from '../../deps.ts'
import type { FirstStepProof } from '../second-factor/pending-login.ts'
import type { Claims } from '../tokens/jwt.ts'
import type { ProofKind } from '../tokens/proof.sql.ts'

/** How the user logged in, as far as tokens reveal it. */
export type LoginMethod = {
  readonly how: ProofKind
  /** Of a second step, what came before it. */
  readonly firstStep?: FirstStepProof | undefined
  /** Whether a passkey's authenticator verified its user: it counts as both factors then. */
  readonly isUserVerified?: boolean | undefined
  /** Whether a mailed code was entered, too. */
  readonly hasMailedCode?: boolean | undefined
}

/** Authentication method references (RFC 8176 §2). A provider's assertion has no name there. */
const AMR: Readonly<Record<FirstStepProof, readonly string[]>> = {
  password: ['pwd'],
  provider: [],
  emailed_code: ['otp'],
  passkey: ['swk'],
}

/**
 * How and when the user logged in (OpenID Connect Core §2): `auth_time` in seconds, `amr` by RFC 8176, `acr` `aal2`
 * for two factors and `aal1` for one (NIST SP 800-63B). A refresh keeps them, because they belong to the login.
 * None where the tokens continue an earlier login.
 */
export function methodClaims(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  method: LoginMethod,
): Claims {
  const context = settings.JWT_AUTH_METHOD_CLAIMS ? contextOf(method) : undefined
  if (context === undefined) return {}
  const { acr } = context
  const mailed = method.hasMailedCode === true ? AMR.emailed_code : []
  const amr = [...new Set([...context.amr, ...mailed])]
  return { auth_time: Math.floor(now.getTime() / 1000), acr, ...(amr.length > 0 ? { amr } : {}) }
}

type AuthenticationContext = { readonly amr: readonly string[]; readonly acr: 'aal1' | 'aal2' }

function contextOf({
  how,
  firstStep,
  isUserVerified,
}: LoginMethod): AuthenticationContext | undefined {
  switch (how) {
    case 'second_factor': {
      const first = firstStep === undefined ? [] : AMR[firstStep]
      return { amr: [...new Set([...first, 'otp', 'mfa'])], acr: 'aal2' }
    }
    case 'passkey':
      return isUserVerified === true
        ? { amr: [...AMR.passkey, 'user', 'mfa'], acr: 'aal2' }
        : { amr: AMR.passkey, acr: 'aal1' }
    case 'registration':
      return { amr: AMR.password, acr: 'aal1' }
    case 'caller':
    case 'impersonation':
      return undefined
    case 'password':
    case 'provider':
    case 'emailed_code':
      return { amr: AMR[how], acr: 'aal1' }
  }
}
