/** The client's calls about the user's own account: registration, addresses, password, profile. */
import type {
  PasswordChangeInput,
  PasswordResetField,
  PasswordResetInput,
  RegistrationInput,
  User,
  UserInput,
} from './bodies.ts'
import { reading, type Call } from './call.ts'
import { asDetail, asIs } from './readers.ts'
import { handleOfStep, textOf, type Result } from './result.ts'
import type { Enter } from './second-factor.ts'
import { asUser } from './user.ts'

/** Result of a registration. */
export type Registered =
  | { readonly kind: 'logged_in'; readonly user: User }
  /** `ACCOUNT_LOGIN_BY_CODE_REQUIRED`: `confirmLoginCode` logs in with the code of the mail. */
  | { readonly kind: 'code_required'; readonly handle: string }
  /** `ACCOUNT_EMAIL_VERIFICATION = "mandatory"`: the link in the mail comes first. */
  | {
      readonly kind: 'verification_sent'
      readonly message: string
      /** For `verifyEmailByCode`, where the mail has a code instead of a link. */
      readonly handle?: string
    }

/** Calls of the own account: registration, profile, password. */
export type AccountCalls = {
  readonly register: (
    input: RegistrationInput,
  ) => Promise<Result<Registered, keyof RegistrationInput>>
  readonly verifyEmail: (key: string) => Promise<Result<string, 'key'>>
  readonly resendVerification: (email: string) => Promise<Result<string, 'email'>>
  readonly user: () => Promise<Result<User>>
  readonly updateUser: (input: UserInput) => Promise<Result<User, keyof UserInput>>
  readonly replaceUser: (
    input: UserInput & { readonly username: string },
  ) => Promise<Result<User, keyof UserInput>>
  readonly changePassword: (
    input: PasswordChangeInput,
  ) => Promise<Result<string, keyof PasswordChangeInput>>
  readonly requestPasswordReset: (email: string) => Promise<Result<string, 'email'>>
  readonly confirmPasswordReset: (
    input: PasswordResetInput,
  ) => Promise<Result<string, PasswordResetField>>
}

/** Makes the calls. `keep` stores the tokens of an answer. */
export function accountCalls(
  open: Call,
  authenticated: Call,
  { enter, keep }: { readonly enter: Enter; readonly keep: (body: unknown) => Promise<void> },
): AccountCalls {
  return {
    register: (input) => register(open, enter, input),
    verifyEmail: (key) => open('POST registration/verify-email/', { key }, asDetail),
    resendVerification: (email) => open('POST registration/resend-email/', { email }, asDetail),
    user: () => authenticated('GET user/', undefined, asUser),
    updateUser: (input) => authenticated('PATCH user/', input, asUser),
    replaceUser: (input) => authenticated('PUT user/', input, asUser),
    changePassword: async (input) => {
      const answered = await authenticated<unknown, keyof PasswordChangeInput>(
        'POST password/change/',
        input,
        asIs,
      )
      if (!answered.ok) return answered
      // The pair that takes the place of the revoked one.
      await keep(answered.value)
      return reading(answered.value, asDetail)
    },
    requestPasswordReset: (email) => open('POST password/reset/', { email }, asDetail),
    confirmPasswordReset: (input) => open('POST password/reset/confirm/', input, asDetail),
  }
}

async function register(
  open: Call,
  enter: Enter,
  input: RegistrationInput,
): Promise<Result<Registered, keyof RegistrationInput>> {
  const answered = await open<unknown, keyof RegistrationInput>('POST registration/', input, asIs)
  const message = answered.ok ? textOf(answered.value, 'detail') : undefined
  if (answered.ok && message !== undefined) {
    const handle = textOf(answered.value, 'handle')
    const sent = { kind: 'verification_sent', message } as const
    return { ok: true, value: handle === undefined ? sent : { ...sent, handle } }
  }
  const step = answered.ok ? handleOfStep(answered.value) : undefined
  if (step !== undefined) return { ok: true, value: { kind: 'code_required', handle: step } }
  // A new account has no second factor that could be asked for.
  const entered = (await enter(Promise.resolve(answered))) as Result<User, keyof RegistrationInput>
  return entered.ok ? { ok: true, value: { kind: 'logged_in', user: entered.value } } : entered
}
