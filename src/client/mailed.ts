import type { EmailAddress } from './bodies.ts'
import type { Call } from './call.ts'
import { number, property, text, listOf } from './properties.ts'
import { asDetail, asIs, asNothing } from './readers.ts'
import type { LoginResult, Result } from './result.ts'
import type { Enter } from './second-factor.ts'

/**
 * Calls of `ACCOUNT_LOGIN_BY_CODE_ENABLED`, `ACCOUNT_LOGIN_BY_LINK_ENABLED`, the other settings `…_BY_CODE_ENABLED`,
 * and `EMAIL_MANAGEMENT`. A handle goes along with the code that it was answered for.
 */
export type MailedCalls = {
  /** Answers a handle, whoever has the address. */
  readonly requestLoginCode: (email: string) => Promise<Result<string, 'email'>>
  readonly confirmLoginCode: (
    handle: string,
    code: string,
  ) => Promise<LoginResult<'handle' | 'code'>>
  readonly requestLoginLink: (email: string) => Promise<Result<string, 'email'>>
  /** On a click: programs that look at mails open links, too. */
  readonly confirmLoginLink: (key: string) => Promise<LoginResult<'key'>>
  /** Answers a handle; see `register` for the first one. */
  readonly resendVerificationCode: (email: string) => Promise<Result<string, 'email'>>
  readonly verifyEmailByCode: (
    handle: string,
    code: string,
  ) => Promise<Result<string, 'handle' | 'code'>>
  /** Answers a handle for `confirmPasswordReset`. */
  readonly requestPasswordResetCode: (email: string) => Promise<Result<string, 'email'>>
  readonly emails: () => Promise<Result<readonly EmailAddress[]>>
  /** A mail to the new address proves it. */
  readonly addEmail: (email: string) => Promise<Result<EmailAddress, 'email'>>
  readonly makeEmailPrimary: (id: number) => Promise<Result<EmailAddress, 'email'>>
  readonly removeEmail: (id: number) => Promise<Result<void, 'email'>>
  readonly resendEmail: (id: number) => Promise<Result<string, 'email'>>
}

/** Makes the calls: `open` needs nobody to be logged in, `authenticated` does. */
export function mailedCalls(open: Call, authenticated: Call, enter: Enter): MailedCalls {
  const handleFrom = (path: string, email: string): Promise<Result<string, 'email'>> =>
    open('POST', path, { email }, (body) => text(body, 'handle'))
  return {
    requestLoginCode: (email) => handleFrom('login/code/request/', email),
    confirmLoginCode: (handle, code) =>
      enter(open('POST', 'login/code/confirm/', { handle, code }, asIs)),
    requestLoginLink: (email) => open('POST', 'login/link/request/', { email }, asDetail),
    confirmLoginLink: (key) => enter(open('POST', 'login/link/confirm/', { key }, asIs)),
    resendVerificationCode: (email) => handleFrom('registration/resend-email/', email),
    verifyEmailByCode: (handle, code) =>
      open('POST', 'registration/verify-email/', { handle, code }, asDetail),
    requestPasswordResetCode: (email) => handleFrom('password/reset/', email),
    emails: () =>
      authenticated('GET', 'emails/', undefined, (body) => listOf(body, asEmailAddress)),
    addEmail: (email) => authenticated('POST', 'emails/', { email }, asEmailAddress),
    makeEmailPrimary: (id) => authenticated('PATCH', `emails/${id}/`, {}, asEmailAddress),
    removeEmail: (id) => authenticated('DELETE', `emails/${id}/`, undefined, asNothing),
    resendEmail: (id) => authenticated('POST', `emails/${id}/resend/`, {}, asDetail),
  }
}

function asEmailAddress(body: unknown): EmailAddress {
  return {
    // None where the account was imported with an address and no row of it.
    id: property(body, 'id') === null ? null : number(body, 'id'),
    email: text(body, 'email'),
    verified: property(body, 'verified') === true,
    primary: property(body, 'primary') === true,
  }
}
