/** SQL of everything about one account that is no secret, in one round trip. */
import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Database } from '../../db/open.ts'
import { auditEvents } from '../../db/schema/audit.ts'
import { authTokens, sessions } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { emailOutbox } from '../../db/schema/mail.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { ownFields } from '../../db/schema/own-fields.ts'
import { groupMembers, groups, userPermissions } from '../../db/schema/roles.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../db/schema/second-factor.ts'
import type { AuditEvent } from '../audit/search.sql.ts'
import { selectLogins, type LoginRow } from '../sign-in/sessions.sql.ts'
import { selectPublicId } from '../users/public-ids.sql.ts'
import { operatorColumns, type AccountRow } from '../accounts/operator.sql.ts'

/** Everything about an account that is no secret. */
export type WholeUser = {
  readonly account: AccountRow
  readonly hasUsablePassword: boolean
  readonly addresses: readonly {
    readonly email: string
    readonly isVerified: boolean
    readonly isPrimary: boolean
  }[]
  readonly logins: readonly LoginRow[]
  readonly sessions: readonly { readonly createdAt: Date; readonly expiresAt: Date }[]
  /** When the auth token was made; `undefined`: there is none. */
  readonly authTokenAt: Date | undefined
  readonly authenticatorApp:
    | { readonly createdAt: Date; readonly lastUsedAt: Date | null; readonly codesLeft: number }
    | undefined
  readonly passkeys: readonly {
    readonly name: string
    readonly createdAt: Date
    readonly lastUsedAt: Date | null
  }[]
  readonly socialAccounts: readonly {
    readonly provider: string
    readonly uid: string
    readonly lastLoginAt: Date
    readonly dateJoinedAt: Date
  }[]
  /** Names of its groups, and permissions of its own. */
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  /** What clients see as its `pk`, where they see UUIDs. */
  readonly publicId: string | undefined
  /** What `USER_FIELDS` keeps of it. */
  readonly ownFields: Readonly<Record<string, unknown>>
  readonly waitingMails: readonly WaitingMail[]
  /** The newest first. */
  readonly events: readonly AuditEvent[]
}

/** A mail in the outbox as an operator sees it. */
export type WaitingMail = {
  readonly id: number
  readonly kind: string
  readonly userId: number | null
  readonly address: string
  readonly attempts: number
  readonly createdAt: Date
  readonly nextAttemptAt: Date
}

/** Columns of `WaitingMail`. */
export const mailColumns = {
  id: emailOutbox.id,
  kind: emailOutbox.kind,
  userId: emailOutbox.userId,
  address: emailOutbox.address,
  attempts: emailOutbox.attempts,
  createdAt: emailOutbox.createdAt,
  nextAttemptAt: emailOutbox.nextAttemptAt,
}

/** The newest events that are shown with an account; the audit log has all. */
const MAX_EVENTS = 20
const MAX_ROWS = 200

/** Reads it; `undefined` where there is no such account. One round trip. */
export async function readWholeUser(
  db: Database,
  userId: number,
  now: Date,
): Promise<WholeUser | undefined> {
  const found = await batch(db, {
    accounts: selectAccount(db, userId),
    addresses: selectAddresses(db, userId),
    logins: selectLogins(db, userId, now),
    sessions: selectSessions(db, userId, now),
    tokens: db
      .select({ createdAt: authTokens.createdAt })
      .from(authTokens)
      .where(eq(authTokens.userId, userId)),
    apps: selectApp(db, userId),
    passkeys: selectPasskeys(db, userId),
    socialAccounts: selectSocialAccounts(db, userId),
    groups: selectGroups(db, userId),
    permissions: selectPermissions(db, userId),
    documents: selectDocument(db, userId),
    names: selectPublicId(db, userId),
    waitingMails: selectMails(db, userId),
    events: selectEvents(db, userId),
  })
  const { accounts, tokens, apps, documents, names, ...lists } = found
  const [row] = accounts
  if (row === undefined) return undefined
  const { hasUsablePassword, ...account } = row
  return {
    ...lists,
    groups: found.groups.map(({ name }) => name),
    permissions: found.permissions.map(({ permission }) => permission),
    publicId: names[0]?.publicId,
    ownFields: recordOf(documents[0]?.document),
    account,
    hasUsablePassword: hasUsablePassword === 1,
    authTokenAt: tokens[0]?.createdAt,
    authenticatorApp: apps[0],
  }
}

function selectDocument(db: Database, userId: number) {
  return db
    .select({ document: ownFields.document })
    .from(ownFields)
    .where(eq(ownFields.userId, userId))
}

function selectGroups(db: Database, userId: number) {
  return db
    .select({ name: groups.name })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .where(eq(groupMembers.userId, userId))
    .limit(MAX_ROWS)
}

function selectPermissions(db: Database, userId: number) {
  return db
    .selectDistinct({ permission: userPermissions.permission })
    .from(userPermissions)
    .where(eq(userPermissions.userId, userId))
    .limit(MAX_ROWS)
}

function recordOf(document: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof document === 'object' && document !== null && !Array.isArray(document)
  return isRecord ? { ...document } : {}
}

function selectAddresses(db: Database, userId: number) {
  const { email, isVerified, isPrimary } = emailAddresses
  return db
    .select({ email, isVerified, isPrimary })
    .from(emailAddresses)
    .where(eq(emailAddresses.userId, userId))
    .limit(MAX_ROWS)
}

/** Sessions that have not expired. */
function selectSessions(db: Database, userId: number, now: Date) {
  return db
    .select({ createdAt: sessions.createdAt, expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
    .limit(MAX_ROWS)
}

function selectPasskeys(db: Database, userId: number) {
  const { name, createdAt, lastUsedAt } = passkeys
  return db
    .select({ name, createdAt, lastUsedAt })
    .from(passkeys)
    .where(eq(passkeys.userId, userId))
    .limit(MAX_ROWS)
}

function selectMails(db: Database, userId: number) {
  return db
    .select(mailColumns)
    .from(emailOutbox)
    .where(eq(emailOutbox.userId, userId))
    .limit(MAX_ROWS)
}

function selectEvents(db: Database, userId: number) {
  return db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.userId, userId))
    .orderBy(desc(auditEvents.id))
    .limit(MAX_EVENTS)
}

/** The account's own row. */
function selectAccount(db: Database, userId: number) {
  return db
    .select({
      ...operatorColumns,
      // Django writes an exclamation mark in front of what no password matches.
      hasUsablePassword: sql<number>`substr(${users.password}, 1, 1) <> '!' and ${users.password} <> ''`,
    })
    .from(users)
    .where(eq(users.id, userId))
}

function selectApp(db: Database, userId: number) {
  return db
    .select({
      createdAt: totpDevices.createdAt,
      lastUsedAt: totpDevices.lastUsedAt,
      codesLeft: sql<number>`(select count(*) from ${recoveryCodes} as code
        where code.user_id = ${userId} and code.used_at is null)`,
    })
    .from(totpDevices)
    .where(eq(totpDevices.userId, userId))
}

function selectSocialAccounts(db: Database, userId: number) {
  return db
    .select({
      provider: socialAccounts.provider,
      uid: socialAccounts.uid,
      lastLoginAt: socialAccounts.lastLoginAt,
      dateJoinedAt: socialAccounts.dateJoinedAt,
    })
    .from(socialAccounts)
    .where(eq(socialAccounts.userId, userId))
    .limit(MAX_ROWS)
}
