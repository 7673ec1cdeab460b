/**
 * SQL of social logins: the account that a provider's account belongs to, or could be linked to, in one statement.
 */
import { and, eq, or, sql, type SQL } from 'drizzle-orm'
import type { UserId } from '../tokens/credentials.sql.ts'
import { addressesJson, parseAddresses } from '../users/addresses.sql.ts'
import type { NamedCandidate } from '../sign-in/by-password.sql.ts'
import { sessionAuthHashOf, type StoredSession } from '../tokens/session.sql.ts'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { usedNonces } from '../../db/schema/used-once.ts'
import { users } from '../../db/schema/users.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import type { Count } from '../limits/count.ts'
import { batchCounted, selectCounted, wasCounted } from '../limits/throttle.sql.ts'
import type { SelectedUser } from '../users/users.sql.ts'

/** An account that a social login may mean. */
export type SocialCandidate = NamedCandidate & {
  /** Row of the social account, where it is this account's. */
  readonly socialAccountId: number | null
}

/** Who is looked for: the owner of a social account, those with an address, and perhaps the caller. */
export type SocialSearch = {
  /** What is read of the accounts. */
  readonly columns: SelectedUser
  readonly provider: string
  readonly uid: string
  readonly emailFolded: string
  readonly callerId: number | undefined
  /** The session that the request came in. */
  readonly session: StoredSession | undefined
}

/** Something that may be used once. */
export type Spend = { readonly purpose: string; readonly hash: string; readonly expiresAt: Date }

/** More accounts with one address than this are oddities; the likeliest and oldest count. */
const MAX_CANDIDATES = 6

/** Result of looking. `isFresh`: nothing that may be used once was used before. */
export type SocialFindings =
  | {
      readonly kind: 'found'
      readonly isFresh: boolean
      readonly candidates: readonly SocialCandidate[]
    }
  | { readonly kind: 'throttled'; readonly waitSeconds: number }

/**
 * Counts the request, spends what may be used once, and finds every account that a social login may mean,
 * the owner of the social account first. One round trip.
 */
export async function findSocialCandidates(
  db: Database,
  search: SocialSearch,
  {
    spends,
    count,
    now,
  }: { readonly spends: readonly Spend[]; readonly count: Count | undefined; readonly now: Date },
): Promise<SocialFindings> {
  const select = selectCandidates(db, search)
  if (spends.length === 0) {
    const counted = await selectCounted(db, count, select)
    if (counted.kind === 'throttled') return counted
    return { kind: 'found', isFresh: true, candidates: readCandidates(counted.results) }
  }
  const counted = await batchCounted(db, count, [
    select,
    ...spends.map((spend) => spendOnce(db, spend, { count, now })),
  ])
  if (counted.kind === 'throttled') return counted
  const [rows, ...spent] = counted.results
  const isFresh = spent.every((inserted) => inserted.length === 1)
  return { kind: 'found', isFresh, candidates: readCandidates(rows) }
}

/** Accounts that the profile may belong to: connected, or with its address. */
function selectCandidates(db: Database, search: SocialSearch) {
  const { provider, uid, emailFolded, callerId } = search
  return db
    .select({
      ...search.columns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      deviceId: totpDevices.id,
      addresses: addressesJson,
      sessionAuthHash: sessionAuthHashOf(search.session),
      socialAccountId: socialAccounts.id,
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .leftJoin(totpDevices, eq(totpDevices.userId, users.id))
    .leftJoin(
      socialAccounts,
      and(
        eq(socialAccounts.userId, users.id),
        eq(socialAccounts.provider, provider),
        eq(socialAccounts.uid, uid),
      ),
    )
    .where(
      or(
        sql`${users.id} = (select ${socialAccounts.userId} from ${socialAccounts}
          where ${isAccount(search)})`,
        callerId === undefined ? undefined : eq(users.id, callerId),
        ...(emailFolded === ''
          ? []
          : [
              eq(users.emailFolded, emailFolded),
              sql`${users.id} in (select ${emailAddresses.userId} from ${emailAddresses}
                where ${emailAddresses.emailFolded} = ${emailFolded})`,
            ]),
      ),
    )
    .orderBy(likeliestFirst(emailFolded, callerId), users.id)
    .limit(MAX_CANDIDATES)
}

/**
 * The owner of the social account, the caller, then who has verified the address: however many claim it
 * without proof, its owner is among those that are looked at.
 */
function likeliestFirst(emailFolded: string, callerId: number | undefined): SQL {
  return sql`${socialAccounts.id} is null, ${users.id} <> ${callerId ?? 0},
    not exists (select 1 from ${emailAddresses} as own where own.user_id = ${users.id}
      and own.email_folded = ${emailFolded} and own.is_verified)`
}

type CandidateRow = Awaited<ReturnType<typeof selectCandidates>>[number]

function readCandidates(rows: readonly CandidateRow[]): readonly SocialCandidate[] {
  return rows.map((row) => ({ ...row, addresses: parseAddresses(row.addresses) }))
}

/** The primary key decides: of two uses at once, one gets a row back. A refused request spends nothing. */
function spendOnce(
  db: Database,
  spend: Spend,
  { count, now }: { readonly count: Count | undefined; readonly now: Date },
) {
  const { purpose, hash, expiresAt } = spend
  const row = { purpose, nonceHash: hash, usedAt: now, expiresAt }
  return insertRow(db, usedNonces, { values: row, from: sql`where ${wasCounted(count)}` })
    .onConflictDoNothing()
    .returning({ purpose: usedNonces.purpose })
}

/** What is kept of a social account. */
export type SocialAccountData = {
  readonly provider: string
  readonly uid: string
  readonly extraData: unknown
  /** Sealed; `undefined` where tokens are not stored. */
  readonly sealedTokens: string | undefined
}

/** Returns a row where a condition holds. */
export function selectWhere(db: Database, condition: SQL) {
  return db.all<{ readonly holds: number }>(sql`select 1 as holds where ${condition}`)
}

/** Connects a social account to a user; nothing where it is someone's already, or there is no user. */
export function insertSocialAccount(
  db: Database,
  userId: UserId,
  { data, now }: { readonly data: SocialAccountData; readonly now: Date },
) {
  const id = sql`${userId}`
  const { provider, uid, extraData, sealedTokens = null } = data
  const times = { lastLoginAt: now, dateJoinedAt: now }
  const row = { userId: id, provider, uid, extraData, sealedTokens, ...times }
  return insertRow(db, socialAccounts, { values: row, from: sql`where ${id} is not null` })
    .onConflictDoNothing()
    .returning({ id: socialAccounts.id })
}

/** The condition on a row of `users` that the social account is still connected to it. */
export function isStillConnected({
  provider,
  uid,
}: Pick<SocialAccountData, 'provider' | 'uid'>): SQL {
  return sql`exists (select 1 from ${socialAccounts} where ${socialAccounts.provider} = ${provider}
    and ${socialAccounts.uid} = ${uid} and ${socialAccounts.userId} = ${users.id})`
}

/**
 * The owner of a social account that no one could ever use: without a password, with no proved address where one is
 * needed. A subquery of the id; no row where `callerId` finds none.
 */
export function unusedOwnerId(account: SocialAccountData, callerId: SQL): SQL {
  return sql`(select owner.id from ${users} as owner
    inner join ${socialAccounts} on ${socialAccounts.userId} = owner.id
    where ${isAccount(account)} and owner.password like '!%' and ${callerId} <> owner.id
      and not exists (select 1 from ${emailAddresses} as own where own.user_id = owner.id and own.is_verified))`
}

/** Takes a social account from the account that `unusedOwnerId` finds. */
export function dropUnused(db: Database, account: SocialAccountData, ownerId: SQL) {
  return db
    .delete(socialAccounts)
    .where(and(isAccount(account), eq(socialAccounts.userId, ownerId)))
}

/** Whose a social account is that the batch has just connected: a subquery of the id. */
export function connectedUserId(data: SocialAccountData, now: Date): SQL {
  return sql`(select ${socialAccounts.userId} from ${socialAccounts} where ${isJustConnected(data, now)})`
}

/** The same in the form of `insertEmails`. */
export function ownerOfConnected(data: SocialAccountData, now: Date): SQL {
  return sql`(select ${users.id} as user_id, ${users.email} as email,
      json_object('providers', json_array(${socialAccounts.provider})) as context
    from ${socialAccounts} inner join ${users} on ${users.id} = ${socialAccounts.userId}
    where ${users.email} <> '' and ${isJustConnected(data, now)})`
}

function isJustConnected({ provider, uid }: SocialAccountData, now: Date): SQL {
  return sql`${socialAccounts.provider} = ${provider} and ${socialAccounts.uid} = ${uid}
    and ${socialAccounts.dateJoinedAt} = cast(${now.getTime()} as integer)`
}

/** Notes a login by a known social account: when, what the provider said, which tokens it gave. */
export function updateSocialAccount(
  db: Database,
  socialAccountId: number,
  {
    data,
    now,
  }: { readonly data: Pick<SocialAccountData, 'extraData' | 'sealedTokens'>; readonly now: Date },
) {
  return db
    .update(socialAccounts)
    .set({
      extraData: data.extraData,
      lastLoginAt: now,
      ...(data.sealedTokens === undefined ? {} : { sealedTokens: data.sealedTokens }),
    })
    .where(eq(socialAccounts.id, socialAccountId))
}

/**
 * Why a new user must not be made after all: the social account is someone's by now, or the address is,
 * compared by the letter as the reference does, or folded.
 */
export function signUpConflict(
  account: Pick<SocialAccountData, 'provider' | 'uid'>,
  address: { readonly email: string; readonly emailFolded: string },
  comparison: 'letter' | 'fold' | 'none',
): SQL {
  const isConnected = sql`exists (select 1 from ${socialAccounts} where ${isAccount(account)})`
  if (comparison === 'none') return isConnected
  const [own, listed, wanted] =
    comparison === 'fold'
      ? [users.emailFolded, emailAddresses.emailFolded, address.emailFolded]
      : [users.email, emailAddresses.email, address.email]
  return sql`${isConnected} or exists (select 1 from ${users} where ${own} = ${wanted})
    or exists (select 1 from ${emailAddresses} where ${listed} = ${wanted})`
}

function isAccount({ provider, uid }: Pick<SocialAccountData, 'provider' | 'uid'>): SQL {
  return sql`${socialAccounts.provider} = ${provider} and ${socialAccounts.uid} = ${uid}`
}
