/**
 * Whose account a provider's profile belongs to. Pure: profile, findings and settings in, decision out. Only an
 * address that the provider has verified links accounts (account takeover by an unverified address).
 */
import type { SocialCandidate } from './login.sql.ts'
import type { ConfiguredProvider } from './providers/configured.ts'
import type { SocialProfile } from './providers/provider.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { isKeepableEmail } from '../users/email-syntax.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'

/** The settings for whose a social account is. */
export type MatchSettings = Pick<
  Settings,
  | 'ACCOUNT_EMAIL_VERIFICATION'
  | 'ACCOUNT_PREVENT_ENUMERATION'
  | 'ACCOUNT_SIGNUP_FIELDS'
  | 'ACCOUNT_UNIQUE_EMAIL'
  | 'SOCIALACCOUNT_AUTO_SIGNUP'
  | 'SOCIALACCOUNT_EMAIL_AUTHENTICATION'
  | 'SOCIALACCOUNT_EMAIL_REQUIRED'
> &
  PolicyOf<'emails' | 'registration' | 'social'>

/** What is to be done with a profile that someone has proved to be theirs. */
export type Match =
  /** The social account is known. */
  | { readonly kind: 'known'; readonly account: SocialCandidate }
  /** An account has the address, and the provider vouches that it is the person's. */
  | { readonly kind: 'linked'; readonly account: SocialCandidate; readonly isProven: boolean }
  /** `told`: who has the address all the same, and hears of the attempt. */
  | { readonly kind: 'new'; readonly uniqueness: Uniqueness; readonly told?: SocialCandidate }
  /** The address is another account's, which is told where the reference does. */
  | { readonly kind: 'taken'; readonly holder: SocialCandidate; readonly isOwnerTold: boolean }
  /** Sign-up by a provider is closed. */
  | { readonly kind: 'sign_up_closed' }
  /** The provider gave no address, and an account must have one. */
  | { readonly kind: 'email_missing' }

/**
 * How the inserting statement compares the new address with those of others. `ignored`: it is known to be
 * another account's, and the reference makes one all the same.
 */
export type Uniqueness = 'fold' | 'letter' | 'none' | 'ignored'

/** Longest address that is kept (Django: `EmailField`). */
const EMAIL_MAX_LENGTH = 254

/** The address of a profile as it is stored, empty where it is none (allauth: `valid_email_or_none`). */
export function emailOf(profile: Pick<SocialProfile, 'email'>): string {
  const { email } = profile
  return email.length <= EMAIL_MAX_LENGTH && isKeepableEmail(email) ? lowerEmail(email) : ''
}

/**
 * Finds what a login by a social profile means (allauth: `SocialLogin.lookup`, `process_signup`). The
 * rules about addresses, in this order:
 *
 * - Only an address that the provider (or the operator) vouches for leads to an existing account, and
 *   only with `SOCIALACCOUNT_EMAIL_AUTHENTICATION`.
 * - It leads to the account that has verified it. An account that merely claims it may be someone
 *   else's, made in advance: it counts only if nothing else in it is verified, and is not `isProven`.
 * - Else an address that is taken makes no account.
 */
export function matchProfile(
  settings: MatchSettings,
  {
    configured: { provider, app },
    profile,
  }: { readonly configured: ConfiguredProvider; readonly profile: SocialProfile },
  candidates: readonly SocialCandidate[],
): Match {
  const owner = candidates.find((candidate) => candidate.socialAccountId !== null)
  if (owner !== undefined) return { kind: 'known', account: owner }
  const email = emailOf(profile)
  const holders = email === '' ? [] : candidates.filter((it) => hasAddress(it, foldEmail(email)))
  if (profile.emailVerified && authenticatesByEmail(settings, app)) {
    const linked = linkTo(holders, foldEmail(email))
    if (linked !== undefined) return linked
  }
  const match = matchNew(settings, { providerId: provider.id, email }, holders)
  if (!settings.SOCIALACCOUNT_AUTO_SIGNUP) return closed(settings, match)
  if (email === '' && isEmailRequired(settings)) return { kind: 'email_missing' }
  return match
}

/** Sign-up is closed; a taken address is reported first, where a sign-up would report it, too. */
function closed(settings: MatchSettings, match: Match): Match {
  const isHidden =
    match.kind === 'taken' && match.isOwnerTold && settings.policy.registration.hidesExistingEmail
  if (match.kind !== 'taken' || isHidden) return { kind: 'sign_up_closed' }
  return { ...match, isOwnerTold: false }
}

/** allauth: `can_authenticate_by_email`; a provider or an app may say otherwise than the setting. */
function authenticatesByEmail(settings: MatchSettings, app: ConfiguredProvider['app']): boolean {
  const own = app.settings['email_authentication']
  return typeof own === 'boolean' ? own : settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION
}

/** The account to link to: the one holder of the address that has verified it. */
function linkTo(holders: readonly SocialCandidate[], folded: string): Match | undefined {
  const verified = holders.find((holder) => hasVerified(holder, folded))
  if (verified !== undefined) return { kind: 'linked', account: verified, isProven: true }
  const claiming = holders.find((holder) => !holder.addresses.some((it) => it.isVerified))
  if (claiming === undefined) return undefined
  return { kind: 'linked', account: claiming, isProven: false }
}

/** What happens to a profile that no account has. */
function matchNew(
  settings: MatchSettings,
  { providerId, email }: { readonly providerId: string; readonly email: string },
  holders: readonly SocialCandidate[],
): Match {
  if (!settings.ACCOUNT_UNIQUE_EMAIL || email === '') return { kind: 'new', uniqueness: 'none' }
  const by = settings.policy.emails.storedAreFolded ? 'fold' : 'letter'
  const [holder] = by === 'fold' ? holders : holders.filter((it) => hasToTheLetter(it, email))
  if (holder === undefined) return { kind: 'new', uniqueness: by }
  const isMandatory = settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
  if (!isMandatory && letsTakenThrough(settings)) return { kind: 'new', uniqueness: 'none' }
  const isHidden = isMandatory && settings.ACCOUNT_PREVENT_ENUMERATION !== false
  if (providerId === 'twitter' && !settings.policy.social.twitterLooksUpEmail) {
    return { kind: 'new', uniqueness: 'ignored', ...(isHidden ? { told: holder } : {}) }
  }
  return { kind: 'taken', holder, isOwnerTold: isHidden }
}

/** `strict` makes accounts for taken addresses, too. Where none is made, dj-rest-auth says that the address is taken. */
function letsTakenThrough(settings: MatchSettings): boolean {
  const isSilent =
    settings.SOCIALACCOUNT_AUTO_SIGNUP || settings.policy.registration.hidesExistingEmail
  return settings.ACCOUNT_PREVENT_ENUMERATION === 'strict' && isSilent
}

/** allauth: `SOCIALACCOUNT_EMAIL_REQUIRED`, by default as `ACCOUNT_SIGNUP_FIELDS` says. */
export function isEmailRequired(settings: MatchSettings): boolean {
  return (
    settings.SOCIALACCOUNT_EMAIL_REQUIRED ??
    settings.ACCOUNT_SIGNUP_FIELDS.some(({ name, required }) => name === 'email' && required)
  )
}

/** Whether the account has the folded address, verified or not. */
export function hasAddress(candidate: SocialCandidate, folded: string): boolean {
  return (
    foldEmail(candidate.email) === folded ||
    candidate.addresses.some((address) => foldEmail(address.email) === folded)
  )
}

/** Whether the account has verified the folded address. */
export function hasVerified(candidate: SocialCandidate, folded: string): boolean {
  return candidate.addresses.some(
    (address) => address.isVerified && foldEmail(address.email) === folded,
  )
}

/** An address as the account has it, verified ones first: where mail about it goes. */
export function spellingOf(candidate: SocialCandidate, email: string): string {
  const folded = foldEmail(email)
  const own = candidate.addresses.filter((address) => foldEmail(address.email) === folded)
  return (own.find(({ isVerified }) => isVerified) ?? own[0] ?? candidate).email
}

/** Whether the account has the address in exactly this spelling. */
function hasToTheLetter(candidate: SocialCandidate, email: string): boolean {
  return candidate.email === email || candidate.addresses.some((address) => address.email === email)
}
