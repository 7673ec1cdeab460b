/** Usernames that look like addresses: one must not be able to log in by someone else's address. */
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { isEmail } from './email-syntax.ts'
import { foldEmail, lowerAscii } from './email.ts'
import { foldUsername } from './fold.ts'

/** The settings for names and addresses that someone has already. */
export type NameSettings = Pick<Settings, 'ACCOUNT_EMAIL_VERIFICATION' | 'ACCOUNT_UNIQUE_EMAIL'> &
  PolicyOf<'registration' | 'usernames'>

/** A username about to be taken, in the form that the inserting statement needs. */
export type NameCandidate = {
  readonly name: string
  readonly folded: string
  /** Where only ASCII has no case (`FOLD_USERNAMES` off): the name in that form. */
  readonly asciiFolded?: string
  /** The address that the name is, folded; empty where it is none. */
  readonly address: string
  /** Which others keep the name from being taken: who has verified that address, who claims it, or anyone. */
  readonly barredBy: 'verified' | 'claimed' | 'always'
}

/**
 * A username for an account with this address. No one can take a username that is another user's address: what
 * the owner types would mean another account (account lock-out, and guesses that count for the wrong one).
 */
export function nameCandidate(
  settings: NameSettings,
  name: string,
  ownEmail: string,
): NameCandidate {
  return {
    name,
    folded: foldUsername(name),
    ...(settings.policy.usernames.ignoreCase ? {} : { asciiFolded: lowerAscii(name) }),
    ...addressOf(settings, name, ownEmail),
  }
}

function addressOf(
  settings: NameSettings,
  name: string,
  ownEmail: string,
): Pick<NameCandidate, 'address' | 'barredBy'> {
  if (!isEmail(name)) return { address: '', barredBy: 'claimed' }
  const address = foldEmail(name)
  const isOwn = address === foldEmail(ownEmail)
  // Where it is hidden who exists, the answer must not depend on it: such a name must be the user's own address.
  if (hidesAddresses(settings)) return { address: '', barredBy: isOwn ? 'claimed' : 'always' }
  return { address, barredBy: isOwn ? 'verified' : 'claimed' }
}

/**
 * Whether a taken address is kept from the one who types it. An account is made then as ever, so that
 * neither a second try nor a login tells the difference; but it is the owner of the address who gets a
 * mail, and no one can verify it a second time.
 */
export function hidesAddresses(settings: NameSettings): boolean {
  return (
    settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' &&
    settings.policy.registration.hidesExistingEmail &&
    settings.ACCOUNT_UNIQUE_EMAIL
  )
}
