/** SQL of refresh tokens: rotation and reuse detection in one statement. */
import { and, eq, sql, type Placeholder, type SQL } from 'drizzle-orm'
import {
  claimCondition,
  type CallerColumn,
  type SelectedUser,
  type UserClaim,
  type UserRow,
} from '../users/users.sql.ts'
import { insertRow } from '../../db/insert-row.ts'
import { compiled, memoize } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import type { Count } from '../limits/count.ts'
import { COUNTED_VALUES, countedValues, hasHits } from '../limits/hits.sql.ts'
import { batchCounted, type Counted } from '../limits/throttle.sql.ts'
import { refreshFamilies } from '../../db/schema/credentials.ts'
import { usedNonces } from '../../db/schema/used-once.ts'
import { spentRefreshTokens } from '../../db/schema/refresh.ts'
import { users } from '../../db/schema/users.ts'

/** A refresh token as the database knows it. */
export type RefreshToken = {
  readonly jti: string
  readonly family: string | undefined
  readonly expiresAt: Date
}

/** What is known of a refresh token and its owner. */
export type RefreshState = {
  readonly user: UserRow | undefined
  readonly isFamilyRevoked: boolean
  /** Set when the token was rotated or blacklisted before. */
  readonly spent: SpentToken | undefined
}

/** A refresh token that was rotated or blacklisted, and whether its successor was used since. */
type SpentToken = {
  readonly successorJti: string | null
  readonly spentAt: Date
  readonly isSuccessorUsed: number
}

/** The user that a token names. */
export type TokenOwner = UserClaim

/** The same, and what is read of them. */
type SoughtOwner = TokenOwner & { readonly columns: SelectedUser }

/** All that is known, in one row: of an unknown owner or token its part is null. */
function selectState(
  db: Database,
  { columns, ...claim }: Parameters<typeof claimCondition>[0] & Pick<SoughtOwner, 'columns'>,
  { jti, family }: { readonly jti: string | Placeholder; readonly family: string | Placeholder },
) {
  return db
    .select({
      user: columns,
      spent: {
        // First: where the first column is null, Drizzle takes the whole row for absent.
        spentAt: spentRefreshTokens.spentAt,
        successorJti: spentRefreshTokens.successorJti,
        isSuccessorUsed: sql<number>`exists (select 1 from spent_refresh_tokens as next
          where next.jti = ${spentRefreshTokens.successorJti})`,
      },
      familyRevokedAt: refreshFamilies.revokedAt,
    })
    .from(sql`(select 1)`)
    .leftJoin(users, claimCondition(claim))
    .leftJoin(spentRefreshTokens, eq(spentRefreshTokens.jti, jti))
    .leftJoin(refreshFamilies, eq(refreshFamilies.family, family))
    .limit(1)
}

const selectStateById = memoize((columns: SelectedUser) =>
  compiled(['value', 'jti', 'family'], (db, { value, ...token }) =>
    selectState(db, { field: 'id', value, columns }, token),
  ),
)

/** Token, family and owner in one row. */
function stateQuery(db: Database, { jti, family = '' }: RefreshToken, claim: SoughtOwner) {
  return claim.field === 'id'
    ? selectStateById(claim.columns)(db, { value: claim.value, jti, family })
    : selectState(db, claim, { jti, family })
}

type StateRow = Awaited<ReturnType<typeof stateQuery>>[number]

/** There always is a row. */
const NOTHING_KNOWN: StateRow = { user: null, spent: null, familyRevokedAt: null }

function stateOf({ user, spent, familyRevokedAt }: StateRow = NOTHING_KNOWN): RefreshState {
  return {
    user: user ?? undefined,
    spent: spent ?? undefined,
    isFamilyRevoked: familyRevokedAt !== null,
  }
}

/** A refresh token that someone presents, and the account that it names. */
export type PresentedToken = { readonly token: RefreshToken; readonly claim: SoughtOwner }

/** Reads what a refresh must know, counted in the same batch. One round trip. */
export async function readRefreshState(
  db: Database,
  { token, claim }: PresentedToken,
  count: Count | undefined,
): Promise<Counted<RefreshState>> {
  const counted = await batchCounted(db, count, [stateQuery(db, token, claim)])
  if (counted.kind === 'throttled') return counted
  const [[row]] = counted.results
  return { ...counted, results: stateOf(row) }
}

/** A successor, the condition that the account's tokens are still of the token's version, and the count. */
export type Rotation = {
  readonly jti: string
  readonly version: { readonly claim: unknown; readonly issuedAt: unknown }
  readonly now: Date
  readonly count: Count | undefined
  /** `SIMPLE_JWT_CHECK_USER_IS_ACTIVE` off. */
  readonly mayBeInactive: boolean
}

/**
 * The same, and spends the token for a successor where it is alive: the primary key decides, so of any
 * number of uses at once one is `isRotated`. One round trip.
 */
export async function rotateRefreshToken(
  db: Database,
  { token, claim }: PresentedToken,
  { jti, version, now, count, mayBeInactive }: Rotation,
): Promise<Counted<RefreshState & { readonly isRotated: boolean }>> {
  const spend = spendStatement(db, { token, claim }, { jti, version, now, count, mayBeInactive })
  const counted = await batchCounted(db, count, [stateQuery(db, token, claim), spend])
  if (counted.kind === 'throttled') return counted
  const [[state], rotated] = counted.results
  return { ...counted, results: { ...stateOf(state), isRotated: rotated.length > 0 } }
}

const SPEND_VALUES = [
  'jti',
  'owner',
  'family',
  'successorJti',
  'spentMs',
  'expiresMs',
  'version',
  ...COUNTED_VALUES,
] as const

type SpendValues = Readonly<Record<(typeof SPEND_VALUES)[number], unknown>>

/** What of a rotation decides which conditions there are: a few forms, each built once where an id names the owner. */
type SpendForm = {
  readonly isOfVersion: boolean
  readonly mayBeInactive: boolean
  readonly isCounted: boolean
}

function spendStatement(
  db: Database,
  { token, claim }: PresentedToken,
  { jti, version, now, count, mayBeInactive }: Rotation,
) {
  const form: SpendForm = {
    isOfVersion: version.claim !== undefined,
    mayBeInactive,
    isCounted: count !== undefined,
  }
  const given = {
    jti: token.jti,
    owner: claim.value,
    family: token.family ?? null,
    successorJti: jti,
    spentMs: now.getTime(),
    expiresMs: token.expiresAt.getTime(),
    version: versionValue(version),
    ...countedValues(count),
  }
  if (claim.field !== 'id') return insertSpent(db, { form, isOwner: claimCondition(claim) }, given)
  return spendById(JSON.stringify(form))(db, given)
}

const spendById = memoize((formJson: string) => {
  const form = JSON.parse(formJson) as SpendForm // made just there
  return compiled(SPEND_VALUES, (db, given) => {
    const isOwner = claimCondition({ field: 'id', value: given.owner })
    return insertSpent(db, { form, isOwner }, given)
  })
})

/** Marks a token as spent; its primary key decides who was first. */
function insertSpent(
  db: Database,
  { form, isOwner }: { readonly form: SpendForm; readonly isOwner: SQL | undefined },
  given: SpendValues,
) {
  const isGood = and(
    isOwner,
    form.mayBeInactive ? undefined : eq(users.isActive, true),
    isOfVersion(form, given.version),
  )
  const owner = sql`(select ${users.id} from ${users} where ${isGood} limit 1)`
  // A refresh is counted by keys alone.
  const isCounted = form.isCounted ? hasHits(true, given) : sql`1`
  const row = {
    jti: sql`${given.jti}`,
    userId: owner,
    family: sql`${given.family}`,
    successorJti: sql`${given.successorJti}`,
    spentAt: sql`cast(${given.spentMs} as integer)`,
    expiresAt: sql`cast(${given.expiresMs} as integer)`,
  }
  const from = sql`where ${owner} is not null and not ${isEnded(given.family)} and ${isCounted}`
  return insertRow(db, spentRefreshTokens, { values: row, from })
    .onConflictDoNothing()
    .returning({ jti: spentRefreshTokens.jti })
}

function isSpent(jti: string): SQL {
  return sql`exists (select 1 from ${spentRefreshTokens} where ${spentRefreshTokens.jti} = ${jti})`
}

/** Whether a login has ended; what is of no family has not. */
function isEnded(family: unknown): SQL {
  return sql`exists (select 1 from ${refreshFamilies} where ${refreshFamilies.family} = ${family ?? null}
    and ${refreshFamilies.revokedAt} is not null)`
}

/** The condition of `isRevokedSince`, on a row of `users`. */
function isOfVersion(form: SpendForm, version: unknown): SQL {
  const revokedAt = users.tokensRevokedAt
  if (form.isOfVersion) return sql`coalesce(${revokedAt}, 0) = ${version}`
  return sql`(${revokedAt} is null or ${revokedAt} / 1000 < ${version})`
}

/** What `isOfVersion` compares with. */
function versionValue({ claim, issuedAt }: Rotation['version']): number {
  if (claim !== undefined) return typeof claim === 'number' ? claim : -1
  return typeof issuedAt === 'number' ? issuedAt : 0
}

/** Uses up a login's one late retry, where it is alive and the successor was never used; the row decides. */
export function spendRetry(
  db: Database,
  retry: { readonly family: string; readonly successorJti: string; readonly expiresAt: Date },
  now: Date,
) {
  const row = {
    purpose: 'refresh_retry',
    nonceHash: retry.family,
    usedAt: now,
    expiresAt: retry.expiresAt,
  }
  const isUnused = sql`where not ${isSpent(retry.successorJti)} and not ${isEnded(retry.family)}`
  return insertRow(db, usedNonces, { values: row, from: isUnused })
    .onConflictDoNothing()
    .returning({ family: usedNonces.nonceHash })
}

/** Blacklists a refresh token; the row comes back where it was alive. */
export function insertBlacklisted(
  db: Database,
  { token, owner }: { readonly token: RefreshToken; readonly owner: TokenOwner | undefined },
  now: Date,
) {
  const userId =
    owner === undefined
      ? sql`null`
      : sql`(select ${users.id} from ${users} where ${claimCondition(owner)} limit 1)`
  return db
    .insert(spentRefreshTokens)
    .values({
      jti: token.jti,
      userId,
      family: token.family ?? null,
      successorJti: null,
      spentAt: now,
      expiresAt: token.expiresAt,
    })
    .onConflictDoNothing()
    .returning({ jti: spentRefreshTokens.jti })
}

/** Ends a login: no token of the family is accepted any more, until the last one of them has expired. */
export function revokeFamily(
  db: Database,
  login: { readonly family: string; readonly owner: TokenOwner; readonly expiresAt: Date },
  now: Date,
) {
  const row = {
    family: login.family,
    userId: sql`${users.id}`,
    createdAt: now,
    lastUsedAt: now,
    revokedAt: now,
    expiresAt: login.expiresAt,
  }
  const from = sql`from ${users} where ${claimCondition(login.owner)} limit 1`
  // The end of a valid login: nothing is issued here.
  return insertRow(db, refreshFamilies, { values: row, from }).onConflictDoUpdate({
    target: refreshFamilies.family,
    set: {
      revokedAt: now,
      expiresAt: sql`max(${refreshFamilies.expiresAt}, excluded.expires_at)`,
    },
  })
}

/** Says `spent` of a caller whose refresh token was rotated or blacklisted. */
export function spentColumn(jti: string): CallerColumn {
  return sql<string>`case when ${isSpent(jti)} then 'spent' end`
}

/** Whether a refresh token was rotated or blacklisted, or its login ended. One round trip. */
export async function isRefreshTokenSpent(
  db: Database,
  jti: string,
  family: string | undefined,
): Promise<boolean> {
  const [row] = await db
    .select({ one: sql<number>`1` })
    .from(sql`(select 1)`)
    .where(sql`${isSpent(jti)} or ${isEnded(family)}`)
  return row !== undefined
}
