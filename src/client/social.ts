/** The client's calls for social logins: begin, come back, connect, disconnect. */
import type { Remember, SocialAccount, SocialInput, SocialStart } from './bodies.ts'
import type { Call } from './call.ts'
import { asIs, asNothing, asSocialAccounts, asSocialStart } from './readers.ts'
import type { LoginResult, Result } from './result.ts'
import type { Enter } from './second-factor.ts'

/** Calls about providers. */
export type SocialCalls = {
  /** `provider` as it is in the path: `facebook`, `oidc/acme`. */
  readonly startSocialLogin: (
    provider: string,
    redirectUri?: string,
  ) => Promise<Result<SocialStart, 'redirect_uri'>>
  readonly socialLogin: (
    provider: string,
    input: SocialInput,
  ) => Promise<LoginResult<keyof SocialInput>>
  /**
   * Continues where a provider gave no address, or not all own fields: `signupToken` is in the error of `socialLogin`.
   */
  readonly completeSocialSignUp: (
    signupToken: string,
    email: string | undefined,
    options?: Remember & object,
  ) => Promise<LoginResult<'signup_token' | 'email'>>
  readonly connectSocialAccount: (
    provider: string,
    input: SocialInput,
  ) => Promise<Result<void, keyof SocialInput>>
  readonly socialAccounts: () => Promise<Result<readonly SocialAccount[]>>
  readonly disconnectSocialAccount: (id: number) => Promise<Result<void>>
}

/** Makes the calls. */
export function socialCalls(open: Call, authenticated: Call, enter: Enter): SocialCalls {
  return {
    startSocialLogin: (provider, redirectUri) => {
      const query =
        redirectUri === undefined ? '' : `?redirect_uri=${encodeURIComponent(redirectUri)}`
      return open(`GET ${provider}/authorize/${query}`, undefined, asSocialStart)
    },
    socialLogin: (provider, input) => enter(open(`POST ${provider}/`, input, asIs)),
    completeSocialSignUp: (signupToken, email, login) => {
      const body = { signup_token: signupToken, email, ...login }
      return enter(open('POST social/signup/', body, asIs))
    },
    connectSocialAccount: (provider, input) =>
      authenticated(`POST ${provider}/connect/`, input, asNothing),
    socialAccounts: () => authenticated('GET socialaccounts/', undefined, asSocialAccounts),
    disconnectSocialAccount: (id) =>
      authenticated(`POST socialaccounts/${id}/disconnect/`, {}, asNothing),
  }
}
