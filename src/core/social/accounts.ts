/** The connections of an account: list, and disconnect. */
import {
  deleteSocialAccount,
  disconnectableUserId,
  listSocialAccounts,
  ownerOfDisconnected,
  selectOwnSocialAccount,
  type SocialAccountRow,
} from './accounts.sql.ts'
import { batch } from '../../db/batch.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { insertEmails } from '../mail/outbox.sql.ts'
import type { Deps } from '../../deps.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { socialAccountMail } from './notify.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'

/** Result of disconnecting; `last_way_in`: without it, no one could log in any more. */
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
  deps: AuditDeps & OutboxDeps,
  userId: number,
  socialAccountId: number,
): Promise<DisconnectOutcome> {
  const { db, settings, now } = deps
  const passwordsCount = hasPasswordLogin(settings)
  const disconnection = { userId, socialAccountId, passwordsCount }
  const recipients = ownerOfDisconnected(disconnection)
  const owner = disconnectableUserId(disconnection)
  const { own, notified, deleted } = await batch(db, {
    own: selectOwnSocialAccount(db, userId, socialAccountId),
    notified: insertEmails(
      db,
      socialAccountMail(deps, 'social_account_disconnected', recipients),
      now,
    ),
    noted: await auditEvent(deps, 'social_account_disconnected', owner),
    deleted: deleteSocialAccount(db, disconnection),
  })
  if (own.length === 0) return { kind: 'unknown' }
  deliverLater(deps, notified)
  if (deleted.length > 0) return { kind: 'disconnected' }
  return {
    kind: 'last_way_in',
    reason: passwordsCount ? 'no_password' : 'social_accounts_only',
  }
}
