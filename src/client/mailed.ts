import type { EmailAddress, Remember, Trust } from './bodies.ts'
import type { Call } from './call.ts'
import { listOf, number, property, text, textOrNull, UnexpectedBody } from './properties.ts'
import { asDetail, asIs, asNothing } from './readers.ts'
import type { LoginResult, Result } from './result.ts'
import type { Enter } from './second-factor.ts'

/**
 * Calls of `ACCOUNT_LOGIN_BY_CODE_ENABLED`, `ACCOUNT_LOGIN_BY_LINK_ENABLED`, the other settings `…_BY_CODE_ENABLED`,
 * `EMAIL_MANAGEMENT`, `ACCOUNT_DELETION` and `DATA_EXPORT`. A handle goes along with the code that it was answered for.
 */
export type MailedCalls = {
  /**
   * Returns a handle whether or not the address has an account. Own fields of a sign-up are checked before the mail,
   * and go with the code.
   */
  readonly requestLoginCode: (email: string, own?: object) => Promise<Result<string, 'email'>>
  readonly confirmLoginCode: (
    handle: string,
    code: string,
    options?: Remember & Trust & object,
  ) => Promise<LoginResult<'handle' | 'code'>>
  readonly requestLoginLink: (email: string) => Promise<Result<string, 'email'>>
  /** On a click: programs that look at mails open links, too. */
  readonly confirmLoginLink: (key: string, options?: Remember) => Promise<LoginResult<'key'>>
  /** Returns a handle; see `register` for the first one. */
  readonly resendVerificationCode: (email: string) => Promise<Result<string, 'email'>>
  readonly verifyEmailByCode: (
    handle: string,
    code: string,
  ) => Promise<Result<string, 'handle' | 'code'>>
  /** Returns a handle for `confirmPasswordReset`. */
  readonly requestPasswordResetCode: (email: string) => Promise<Result<string, 'email'>>
  readonly emails: () => Promise<Result<readonly EmailAddress[]>>
  /** A mail to the new address proves it. */
  readonly addEmail: (email: string) => Promise<Result<EmailAddress, 'email'>>
  readonly makeEmailPrimary: (id: number) => Promise<Result<EmailAddress, 'email'>>
  readonly removeEmail: (id: number) => Promise<Result<void, 'email'>>
  readonly resendEmail: (id: number) => Promise<Result<string, 'email'>>
  /** By the link that the former primary address was mailed; ends what the change may have brought. */
  readonly undoEmailChange: (key: string) => Promise<Result<string, 'key'>>
  /** Wants a recent proof. Ends every login; `deleteAt` (ISO 8601) is `null` where nothing can be undone. */
  readonly deleteAccount: () => Promise<Result<{ readonly deleteAt: string | null }>>
  readonly undoDeletion: (key: string) => Promise<Result<string, 'key'>>
  /** Everything that is held about the caller, by table. */
  readonly exportData: () => Promise<Result<object>>
}

/** Forgets the tokens of a login that has ended. */
export type Leave = <Answered>(answered: Answered) => Promise<Answered>

/** Makes the calls: `open` needs no login, `authenticated` does. */
export function mailedCalls(
  open: Call,
  authenticated: Call,
  { enter, leave }: { readonly enter: Enter; readonly leave: Leave },
): MailedCalls {
  const handleFrom = (path: string, body: object): Promise<Result<string, 'email'>> =>
    open(`POST ${path}`, body, (answer) => text(answer, 'handle'))
  return {
    requestLoginCode: (email, own) => handleFrom('login/code/request/', { ...own, email }),
    confirmLoginCode: (handle, code, login) =>
      enter(open('POST login/code/confirm/', { handle, code, ...login }, asIs)),
    requestLoginLink: (email) => open('POST login/link/request/', { email }, asDetail),
    confirmLoginLink: (key, login) =>
      enter(open('POST login/link/confirm/', { key, ...login }, asIs)),
    resendVerificationCode: (email) => handleFrom('registration/resend-email/', { email }),
    verifyEmailByCode: (handle, code) =>
      open('POST registration/verify-email/', { handle, code }, asDetail),
    requestPasswordResetCode: (email) => handleFrom('password/reset/', { email }),
    emails: () => authenticated('GET emails/', undefined, (body) => listOf(body, asEmailAddress)),
    addEmail: (email) => authenticated('POST emails/', { email }, asEmailAddress),
    makeEmailPrimary: (id) => authenticated(`PATCH emails/${id}/`, {}, asEmailAddress),
    removeEmail: (id) => authenticated(`DELETE emails/${id}/`, undefined, asNothing),
    deleteAccount: async () => {
      const answered = await authenticated('POST user/delete/', {}, (body) => ({
        deleteAt: textOrNull(body, 'delete_at'),
      }))
      return answered.ok ? leave(answered) : answered
    },
    undoDeletion: (key) => open('POST user/delete/undo/', { key }, asDetail),
    exportData: () => authenticated('GET user/export/', undefined, asObject),
    undoEmailChange: (key) => open('POST emails/undo/', { key }, asDetail),
    resendEmail: (id) => authenticated(`POST emails/${id}/resend/`, {}, asDetail),
  }
}

function asObject(body: unknown): object {
  if (typeof body === 'object' && body !== null) return body
  throw new UnexpectedBody()
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
