import type { prepareSignIn } from '../sign-in/complete.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import type { UserWithPassword } from '../users/user.ts'

/** How a new account is signed in, or what has to follow before. */
export async function signInNewAccount(
  signIn: Awaited<ReturnType<typeof prepareSignIn>>,
  results: readonly unknown[],
  account: UserWithPassword,
): Promise<SignInOutcome> {
  if (signIn.kind === 'mailed_step_owed') return signIn.mail(account)
  return signIn.kind === 'prepared' ? signIn.issue(results, account) : signIn
}
