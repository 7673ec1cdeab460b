/** SQL of invitations: single use, for one address, until they expire. */
import { and, desc, eq, gt, isNull, lt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { groupMembers, groups } from '../../db/schema/roles.ts'
import { invitations } from '../../db/schema/lifecycle.ts'

/** Which invitation is meant: of an address, and by its key where one was shown. */
export type InvitationSearch = {
  readonly emailFolded: string
  readonly nonce?: string | undefined
  readonly now: Date
}

/** A valid invitation: a subquery of its id. */
export function pendingInvitation({ emailFolded, nonce, now }: InvitationSearch): SQL {
  const isNamed = nonce === undefined ? sql`1` : sql`nonce = ${nonce}`
  return sql`(select id from ${invitations} where email_folded = ${emailFolded} and ${isNamed}
    and accepted_at is null and revoked_at is null
    and expires_at > cast(${now.getTime()} as integer) order by id desc limit 1)`
}

/** Uses an invitation up for the account that was made, where one was. */
export function acceptInvitation(
  db: Database,
  invitation: SQL,
  { userId, now }: { readonly userId: SQL; readonly now: Date },
) {
  return db.run(
    sql`update ${invitations} set accepted_at = cast(${now.getTime()} as integer), user_id = ${userId}
      where id = ${invitation} and ${userId} is not null`,
  )
}

/** Adds the account that an invitation has created to the groups that it names; after `acceptInvitation`. */
export function joinGroups(db: Database, userId: SQL) {
  return db.run(
    sql`insert or ignore into ${groupMembers} (user_id, group_id)
      select invitation.user_id, member.id
      from ${invitations} as invitation, json_each(invitation.groups) as named
        inner join ${groups} as member on member.name = named.value
      where invitation.user_id = ${userId}`,
  )
}

/** Whether there are all of these groups. */
export function areGroups(names: readonly string[]): SQL {
  return sql`(select count(*) from ${groups}
    where name in (select value from json_each(${JSON.stringify(names)}))) = ${names.length}`
}

/** Returns a row where no account was created because `REGISTRATION` is closed; comes after the insert. */
export function selectBarred(db: Database, unless: SQL, userId: SQL) {
  return db.all<{ readonly isBarred: number }>(
    sql`select 1 as "isBarred" where (${unless}) and not exists ${userId}`,
  )
}

/** Whether an account has proved an address: who has one needs no invitation. */
export function isMember(emailFolded: string): SQL {
  return sql`exists (select 1 from ${emailAddresses} as own
    where own.email_folded = ${emailFolded} and own.is_verified)`
}

/** Returns a row where an account has proved an address. */
export function selectMember(db: Database, emailFolded: string) {
  return db.all<{ readonly isMember: number }>(
    sql`select 1 as "isMember" where ${isMember(emailFolded)}`,
  )
}

/** Takes back earlier invitations of an address: the newest counts. */
export function revokeInvitationsOf(
  db: Database,
  emailFolded: string,
  { now, condition }: { readonly now: Date; readonly condition: SQL },
) {
  return db
    .update(invitations)
    .set({ revokedAt: now })
    .where(
      and(
        eq(invitations.emailFolded, emailFolded),
        condition,
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
      ),
    )
}

/** Revokes an unused invitation; returns a row where it did. */
export function revokeInvitation(db: Database, id: number, now: Date) {
  return db
    .update(invitations)
    .set({ revokedAt: now })
    .where(
      and(
        eq(invitations.id, id),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, now),
      ),
    )
    .returning({ id: invitations.id })
}

/** An invitation as JSON, for a note of what was done: of a nonce, or of a number while it is unused. */
export function invitationState(
  which: { readonly nonce: string } | { readonly id: number; readonly now: Date },
) {
  const row =
    'nonce' in which
      ? sql`from ${invitations} where nonce = ${which.nonce}`
      : sql`from ${invitations} where id = ${which.id} and accepted_at is null and revoked_at is null
          and expires_at > cast(${which.now.getTime()} as integer)`
  return {
    exists: sql`exists (select 1 ${row})`,
    // The address is in the list of invitations, and goes with the account that is made of it.
    json: sql`(select json_object('invitation', id, 'state', 'pending', 'groups', json(groups)) ${row})`,
  }
}

/** An invitation as staff see it. */
export type ListedInvitation = {
  readonly id: number
  readonly email: string
  readonly invitedBy: number | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  readonly acceptedAt: Date | null
  readonly userId: number | null
  /** Names. */
  readonly groups: unknown
}

/** Invitations older than one, the newest first. One round trip. */
export function listNewest(
  db: Database,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): Promise<readonly ListedInvitation[]> {
  return db
    .select({
      id: invitations.id,
      email: invitations.email,
      invitedBy: invitations.invitedBy,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
      revokedAt: invitations.revokedAt,
      acceptedAt: invitations.acceptedAt,
      userId: invitations.userId,
      groups: invitations.groups,
    })
    .from(invitations)
    .where(lt(invitations.id, before ?? Number.MAX_SAFE_INTEGER))
    .orderBy(desc(invitations.id))
    .limit(limit)
}
