/** What requires a recent proof of presence. */
import type { Settings } from './parse.ts'

/** The settings that require recent proofs. */
type RecentProofSettings = Pick<
  Settings,
  | 'ACCOUNT_DELETION'
  | 'ACCOUNT_REAUTHENTICATION_REQUIRED'
  | 'ADMIN_API'
  | 'MFA_ENABLED'
  | 'MFA_REAUTHENTICATION_REQUIRED'
  | 'PASSKEYS_ENABLED'
>

/** Whether changes of the user's own factors require a recent proof. */
export function factorsNeedRecentProof(
  settings: Pick<Settings, 'MFA_ENABLED' | 'MFA_REAUTHENTICATION_REQUIRED' | 'PASSKEYS_ENABLED'>,
): boolean {
  const hasFactors = settings.MFA_ENABLED || settings.PASSKEYS_ENABLED
  return hasFactors && settings.MFA_REAUTHENTICATION_REQUIRED
}

/** Whether changes of the account itself require one: password, address, connections. */
export function accountNeedsRecentProof(
  settings: Pick<Settings, 'ACCOUNT_REAUTHENTICATION_REQUIRED'>,
): boolean {
  return settings.ACCOUNT_REAUTHENTICATION_REQUIRED
}

/** Whether deleting the account requires one: always, where deletion is enabled. */
export function deletionNeedsRecentProof(settings: Pick<Settings, 'ACCOUNT_DELETION'>): boolean {
  return settings.ACCOUNT_DELETION !== 'off'
}

/** Whether anything requires one: only then are proofs recorded, and does `reauthenticate/` exist. */
export function usesRecentProofs(settings: RecentProofSettings): boolean {
  return (
    accountNeedsRecentProof(settings) ||
    factorsNeedRecentProof(settings) ||
    deletionNeedsRecentProof(settings) ||
    settings.ADMIN_API
  )
}
