import {
  deleteSocialAccount,
  listSocialAccounts,
  type SocialAccountRow,
} from '../db/social-accounts.ts'
import type { Deps } from '../deps.ts'

/** What disconnecting came to; `last_way_in`: without it nobody could log in any more. */
export type DisconnectOutcome =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'last_way_in'; readonly reason: 'no_password' | 'social_accounts_only' }

/** A user's connections to providers, the oldest first. One round trip. */
export async function connectionsOf(
  deps: Pick<Deps, 'db'>,
  userId: number,
): Promise<readonly SocialAccountRow[]> {
  return listSocialAccounts(deps.db, userId)
}

/**
 * Disconnects a social account of the user (allauth: `validate_disconnect`); other people's are not
 * found. One round trip. Differs: dj-rest-auth 7.1 lets the last way into an account be thrown away.
 */
export async function disconnect(
  deps: Pick<Deps, 'db' | 'settings'>,
  userId: number,
  socialAccountId: number,
): Promise<DisconnectOutcome> {
  const { SOCIALACCOUNT_ONLY } = deps.settings
  const outcome = await deleteSocialAccount(deps.db, userId, socialAccountId, !SOCIALACCOUNT_ONLY)
  switch (outcome) {
    case 'deleted':
      return { kind: 'disconnected' }
    case 'absent':
      return { kind: 'unknown' }
    case 'last':
      return {
        kind: 'last_way_in',
        reason: SOCIALACCOUNT_ONLY ? 'social_accounts_only' : 'no_password',
      }
  }
}
