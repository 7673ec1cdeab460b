/** SQL of the gate: the only statements that insert credentials. Each repeats the proof as its condition. */
import { and, eq, inArray, sql, type SQL } from 'drizzle-orm'
import type { Client } from '../../deps.ts'
import { compiled } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import {
  perProofShape,
  PROOF_VALUES,
  proofHolds,
  proofValues,
  provedUserId,
  type Proof,
} from '../tokens/proof.sql.ts'

/** What a statement of the gate wrote; without a row the proof no longer held. */
export type WrittenRow =
  | { readonly issued: 'password_hash' | 'session' }
  | { readonly issued: 'token'; readonly keyHash: string; readonly sealedKey: string }

/** Picks the gate's rows out of a batch's results. */
export function writtenRows(results: readonly unknown[]): readonly WrittenRow[] {
  return results.flat().filter((row): row is WrittenRow => {
    return typeof row === 'object' && row !== null && 'issued' in row
  })
}

/** A random auth token as it is stored. */
type StoredToken = { readonly keyHash: string; readonly sealedKey: string }

/** Makes the account's auth token, or answers the one it has: of two at once, one key for both. */
export function insertAuthToken(
  db: Database,
  proof: Proof,
  { token, now }: { readonly token: StoredToken; readonly now: Date },
) {
  const { keyHash, sealedKey } = token
  const given = { keyHash, sealedKey, nowMs: now.getTime() }
  const insert = authTokenOfShape(proof)
  return insert === undefined
    ? insertToken(db, proofHolds(proof), given)
    : insert(db, { ...given, ...proofValues(proof) })
}

const TOKEN_VALUES = ['keyHash', 'sealedKey', 'nowMs'] as const

const authTokenOfShape = perProofShape((holds) =>
  compiled([...TOKEN_VALUES, ...PROOF_VALUES], (db, given) => insertToken(db, holds(given), given)),
)

function insertToken(
  db: Database,
  holds: SQL | undefined,
  given: Readonly<Record<(typeof TOKEN_VALUES)[number], unknown>>,
) {
  return db.all<WrittenRow>(
    sql`insert into ${authTokens} (user_id, key_hash, sealed_key, created_at)
      select ${users.id}, ${given.keyHash}, ${given.sealedKey}, cast(${given.nowMs} as integer)
      from ${users} where ${holds}
      on conflict (user_id) do update set user_id = excluded.user_id
      returning 'token' as "issued", key_hash as "keyHash", sealed_key as "sealedKey"`,
  )
}

/** Replaces a token that no secret opens any more, or its seal, unless someone already did. */
export function replaceAuthToken(
  db: Database,
  proof: Proof,
  token: StoredToken & { readonly replaces: string },
) {
  return db.all<WrittenRow>(
    sql`update ${authTokens} set key_hash = ${token.keyHash}, sealed_key = ${token.sealedKey}
      where key_hash = ${token.replaces}
        and user_id = (select ${users.id} from ${users} where ${proofHolds(proof)})
      returning 'token' as "issued", key_hash as "keyHash", sealed_key as "sealedKey"`,
  )
}

/** How long something lives, and whose client it is. `seconds` null: for ever. */
export type DeviceLife = {
  readonly now: Date
  readonly seconds: number | null
  readonly client: Client
}

/** Makes a token of this login alone. */
export function insertDeviceToken(
  db: Database,
  proof: Proof,
  { keyHash, life }: { readonly keyHash: string; readonly life: DeviceLife },
) {
  const { client, seconds } = life
  const nowMs = life.now.getTime()
  const expiresAt = seconds === null ? sql`null` : sql`cast(${nowMs + seconds * 1000} as integer)`
  return db.all<WrittenRow>(
    sql`insert into ${deviceTokens}
        (key_hash, user_id, user_agent, country, city, created_at, last_used_at, expires_at)
      select ${keyHash}, ${users.id}, ${client.userAgent}, ${client.country}, ${client.city ?? ''},
        cast(${nowMs} as integer), cast(${nowMs} as integer), ${expiresAt}
      from ${users} where ${proofHolds(proof)}
      returning 'token' as "issued", key_hash as "keyHash", '' as "sealedKey"`,
  )
}

/** An account has at most so many tokens of devices, as many as `sessions/` lists: they need not end by themselves. */
const MAX_DEVICE_TOKENS = 200

/** Ends what an account has beyond that, the last used first kept. */
export function endOldestDeviceTokens(db: Database, { userId }: Proof) {
  return db.run(
    sql`delete from ${deviceTokens} where key_hash in (select key_hash from ${deviceTokens}
      where user_id = ${userId} order by last_used_at desc, created_at desc
      limit -1 offset ${MAX_DEVICE_TOKENS})`,
  )
}

/** Opens a session, or renews one for its whole lifetime. `client`: where uses are recorded. */
export function insertSession(
  db: Database,
  proof: Proof,
  {
    session,
    life,
  }: {
    readonly session: { readonly keyHash: string; readonly authHash: string }
    readonly life: { readonly now: Date; readonly seconds: number; readonly client?: Client }
  },
) {
  const { client, now, seconds } = life
  const { userAgent, country, city = '' }: Partial<Client> = client ?? {}
  const form = client === undefined ? 'plain' : 'recorded'
  const given = {
    keyHash: session.keyHash,
    authHash: session.authHash,
    nowMs: now.getTime(),
    endMs: now.getTime() + seconds * 1000,
    userAgent,
    country,
    city,
  }
  const insert = sessionOfShape[form](proof)
  return insert === undefined
    ? openSession(db, { form, holds: proofHolds(proof) }, given)
    : insert(db, { ...given, ...proofValues(proof) })
}

const SESSION_VALUES = [
  'keyHash',
  'authHash',
  'nowMs',
  'endMs',
  'userAgent',
  'country',
  'city',
] as const

/** Whether a session tells when and by which client it was used. */
type SessionForm = 'plain' | 'recorded'

function sessionOf(form: SessionForm) {
  return perProofShape((holds) =>
    compiled([...SESSION_VALUES, ...PROOF_VALUES], (db, given) =>
      openSession(db, { form, holds: holds(given) }, given),
    ),
  )
}

const sessionOfShape = { plain: sessionOf('plain'), recorded: sessionOf('recorded') } as const

function openSession(
  db: Database,
  { form, holds }: { readonly form: SessionForm; readonly holds: SQL | undefined },
  given: Readonly<Record<(typeof SESSION_VALUES)[number], unknown>>,
) {
  const nowMs = sql`cast(${given.nowMs} as integer)`
  const isRecorded = form === 'recorded'
  const names = isRecorded ? sql`, user_agent, country, city, last_used_at` : sql``
  const values = isRecorded
    ? sql`, ${given.userAgent}, ${given.country}, ${given.city}, ${nowMs}`
    : sql``
  const renewed = isRecorded
    ? sql`, created_at = excluded.created_at, last_used_at = excluded.last_used_at`
    : sql``
  return db.all<WrittenRow>(
    sql`insert into ${sessions} (key_hash, user_id, auth_hash, created_at, expires_at${names})
      select ${given.keyHash}, ${users.id}, ${given.authHash}, ${nowMs},
        cast(${given.endMs} as integer)${values}
      from ${users} where ${holds}
      on conflict (key_hash) do update
        set auth_hash = excluded.auth_hash, expires_at = excluded.expires_at${renewed}
        where ${sessions.userId} = excluded.user_id
      returning 'session' as "issued"`,
  )
}

/** Ends the session in which someone else used the browser, as its next user logs in. */
export function endLeftSession(db: Database, proof: Proof, keyHash: string) {
  const isProved = sql`exists ${provedUserId(proof)}`
  return db.delete(sessions).where(and(eq(sessions.keyHash, keyHash), isProved))
}

/** Notes that the user has logged in. */
export function setLastLogin(db: Database, proof: Proof, now: Date) {
  const note = lastLoginOfShape(proof)
  return note === undefined
    ? updateLastLogin(db, proofHolds(proof), now.getTime())
    : note(db, { nowMs: now.getTime(), ...proofValues(proof) })
}

const lastLoginOfShape = perProofShape((holds) =>
  compiled(['nowMs', ...PROOF_VALUES], (db, given) =>
    updateLastLogin(db, holds(given), given.nowMs),
  ),
)

function updateLastLogin(db: Database, holds: SQL | undefined, nowMs: unknown) {
  return db
    .update(users)
    .set({ lastLoginAt: sql`cast(${nowMs} as integer)` })
    .where(holds)
}

/**
 * Stores a better hash of the password that was just proved, and binds the sessions that the old one bound
 * to it. Statements after these must ask for the new hash.
 */
export function replacePasswordHash(
  db: Database,
  proof: Proof,
  {
    newHash,
    authHashes,
  }: {
    readonly newHash: string
    readonly authHashes: { readonly old: readonly string[]; readonly new: string }
  },
) {
  const replaced = { ...proof, passwordHash: newHash }
  return [
    db.all<WrittenRow>(
      sql`update ${users} set password = ${newHash} where ${proofHolds(proof)}
        returning 'password_hash' as "issued"`,
    ),
    db
      .update(sessions)
      .set({ authHash: authHashes.new })
      .where(
        and(
          eq(
            sessions.userId,
            sql`(select ${users.id} from ${users} where ${proofHolds(replaced)})`,
          ),
          inArray(sessions.authHash, [...authHashes.old]),
        ),
      ),
  ] as const
}

/** A login that got a refresh token. */
export type LoginFamily = {
  readonly family: string
  readonly userAgent: string
  readonly country: string
  readonly city: string
  readonly now: Date
  readonly expiresAt: Date
}

/**
 * Records a login that got a refresh token, or that it goes on. May be written after the answer: where the
 * proof does not hold any more by then, the login is recorded as ended. A record that was lost with the
 * database away is made at the next refresh.
 */
export function recordFamily(db: Database, proof: Proof, login: LoginFamily) {
  const { now, expiresAt, ...row } = login
  const given = { ...row, nowMs: now.getTime(), expiresMs: expiresAt.getTime() }
  const use = recordOfShape(proof)
  return use === undefined
    ? insertFamily(db, { userId: proof.userId, holds: proofHolds(proof) }, given)
    : use(db, { ...given, ...proofValues(proof) })
}

const FAMILY_VALUES = ['family', 'userAgent', 'country', 'city', 'nowMs', 'expiresMs'] as const

const recordOfShape = perProofShape((holds) =>
  compiled([...FAMILY_VALUES, ...PROOF_VALUES], (db, given) =>
    insertFamily(db, { userId: given.userId, holds: holds(given) }, given),
  ),
)

function insertFamily(
  db: Database,
  proved: { readonly userId: unknown; readonly holds: SQL | undefined },
  given: Readonly<Record<(typeof FAMILY_VALUES)[number], unknown>>,
) {
  const nowMs = sql`cast(${given.nowMs} as integer)`
  return db.run(
    sql`insert into ${refreshFamilies} (family, user_id, user_agent, country, city, created_at,
        last_used_at, revoked_at, expires_at)
      select ${given.family}, ${users.id}, ${given.userAgent}, ${given.country}, ${given.city},
        ${nowMs}, ${nowMs},
        case when exists (select 1 from ${users} where ${proved.holds}) then null else ${nowMs} end,
        cast(${given.expiresMs} as integer)
      from ${users} where ${users.id} = ${proved.userId}
      on conflict (family) do update
        set last_used_at = excluded.last_used_at, expires_at = excluded.expires_at`,
  )
}
