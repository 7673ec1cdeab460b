/**
 * `REGISTRATION`: whether sign-up is open, by invitation, or closed. One place for every way of signing up: form,
 * provider, mailed code.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Database, Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import { acceptInvitation, joinGroups, pendingInvitation } from './invitations.sql.ts'

/** Nothing stands in the way of a sign-up. */
export const NEVER = sql`0`

/** How a sign-up keeps to `REGISTRATION`. */
export type Admission =
  | {
      readonly kind: 'admitted'
      /** Under which no account is created: the invitation is no longer valid. */
      readonly unless: SQL
      /** Come after the insert of the account, whose id is a subquery. */
      readonly accepting: (userId: SQL) => readonly Statement[]
    }
  | { readonly kind: 'closed' }
  | { readonly kind: 'uninvited' }

/** Who signs up: with an address that is proved already (by a provider, a code), or the key of an invitation. */
export type Applicant = {
  readonly emailFolded: string
  readonly isProved: boolean
  /** Of the invitation whose key was shown. */
  readonly nonce?: string | undefined
}

/**
 * Whether someone may create an account, as conditions for the statements of the sign-up. Nothing is read
 * beforehand, so an invitation cannot be used twice at once.
 */
export function admissionOf(
  { db, settings, now }: Pick<Deps, 'settings' | 'now'> & { readonly db: Database },
  { emailFolded, isProved, nonce }: Applicant,
): Admission {
  switch (settings.REGISTRATION) {
    case 'open':
      return { kind: 'admitted', unless: NEVER, accepting: () => [] }
    case 'closed':
      return { kind: 'closed' }
    case 'invited': {
      if (emailFolded === '' || (!isProved && nonce === undefined)) return { kind: 'uninvited' }
      const invitation = pendingInvitation({ emailFolded, nonce, now })
      return {
        kind: 'admitted',
        unless: sql`${invitation} is null`,
        accepting: (userId) => [
          acceptInvitation(db, invitation, { userId, now }),
          joinGroups(db, userId),
        ],
      }
    }
  }
}
