/** The last step of every sign-up. */
import type { prepareSignIn } from '../sign-in/complete.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import type { UserWithPassword } from '../users/user.ts'

/** Signs a new account in, or returns what has to follow first. */
export async function signInNewAccount(
  signIn: Awaited<ReturnType<typeof prepareSignIn>>,
  results: readonly unknown[],
  account: UserWithPassword,
): Promise<SignInOutcome> {
  if (signIn.kind === 'mailed_step_owed') return signIn.mail(account)
  return signIn.kind === 'prepared' ? signIn.issue(results, account) : signIn
}
