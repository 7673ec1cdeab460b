/** SQL of when the owner of a credential last proved their presence. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import { recentProofs } from '../../db/schema/recent-proofs.ts'
import type { CallerColumn } from '../users/users.sql.ts'
import { provedUserId, type CallerCredential, type Proof } from './proof.sql.ts'

/** When a caller last proved to be there, and what the account could prove it by. */
export type ProofState = {
  readonly provedAt: Date | undefined
  readonly hasApp: boolean
  readonly hasPasskey: boolean
  /** Providers that the account is connected to. */
  readonly providers: readonly string[]
}

/**
 * What a credential is called in `recent_proofs`. JWTs that name no login (`REFRESH_TOKEN_FAMILIES` off) share one
 * name a user, `undefined` here, as auth tokens do by nature.
 */
export function credentialName(credential: CallerCredential): string | undefined {
  switch (credential.kind) {
    case 'token':
    case 'session':
      return `${credential.kind}:${credential.keyHash}`
    case 'jwt':
      return credential.family === undefined ? undefined : `jwt:${credential.family}`
  }
}

/** The name beside a row of `users`, which is spelled out because inner tables have an `id`, too. */
function nameOf(name: SQL | string | undefined): SQL {
  return sql`coalesce(${name ?? null}, 'jwt-user:' || "users"."id")`
}

/** The state as one JSON column of the query that finds the caller. */
export function proofStateJson(credential: CallerCredential): CallerColumn {
  const own = sql`where user_id = "users"."id"`
  return sql<string>`(select json_object(
    'provedAt', (select proved_at from ${recentProofs} ${own}
      and credential = ${nameOf(credentialName(credential))}),
    'hasApp', exists (select 1 from ${totpDevices} ${own}),
    'hasPasskey', exists (select 1 from ${passkeys} ${own}),
    'providers', json((select json_group_array(distinct provider) from ${socialAccounts} ${own}))))`
}

/** Reads `proofStateJson`. */
export function parseProofState(json: string): ProofState {
  // Written only by the query above.
  const row = JSON.parse(json) as {
    readonly provedAt: number | null
    readonly hasApp: number
    readonly hasPasskey: number
    readonly providers: readonly string[]
  }
  return {
    provedAt: row.provedAt === null ? undefined : new Date(row.provedAt),
    hasApp: row.hasApp === 1,
    hasPasskey: row.hasPasskey === 1,
    providers: row.providers,
  }
}

/** The condition on a row of `users` that its credential was proved after `since`. */
export function isProvedSince(credential: CallerCredential, since: Date): SQL {
  // What a token says of its own login does not change any more.
  if (credential.kind === 'jwt' && (credential.provedAt ?? since) > since) return sql`1`
  return sql`exists (select 1 from ${recentProofs} where user_id = ${users.id}
    and credential = ${nameOf(credentialName(credential))}
    and proved_at > cast(${since.getTime()} as integer))`
}

/** A proof about to be recorded, for credentials by their names. */
export type NewProof = {
  readonly names: readonly (string | undefined)[]
  /** What was shown. */
  readonly how: string
  readonly provedAt: Date
  readonly expiresAt: Date
  readonly condition?: SQL
}

/** Records a proof where it and `condition` hold; a row comes back for each credential. */
export function recordProof(
  db: Database,
  proof: Proof,
  { names, how, provedAt, expiresAt, condition = sql`1` }: NewProof,
) {
  const given = JSON.stringify(names.map((name) => name ?? null))
  return db.all<{ readonly provedUserId: number }>(
    sql`insert into ${recentProofs} (credential, user_id, how, proved_at, expires_at)
      select ${nameOf(sql`name.value`)}, ${users.id}, ${how},
        cast(${provedAt.getTime()} as integer), cast(${expiresAt.getTime()} as integer)
      from ${users}, json_each(${given}) as name
      where ${users.id} = ${provedUserId(proof)} and ${condition}
      on conflict (credential) do update
        set how = excluded.how, proved_at = excluded.proved_at, expires_at = excluded.expires_at
        where ${recentProofs.userId} = excluded.user_id
      returning user_id as "provedUserId"`,
  )
}
