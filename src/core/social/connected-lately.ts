/**
 * Voids sign-up tickets of a provider's account that has been connected since: a ticket must not outlive the
 * decision it was based on.
 */
import { sql, type SQL } from 'drizzle-orm'
import { sha256Hex } from '../../crypto.ts'
import type { Statement } from '../../db/open.ts'
import { usedNonces } from '../../db/schema/used-once.ts'
import type { Deps } from '../../deps.ts'
import { connectedUserId, type SocialAccountData } from './login.sql.ts'
import { TICKET_LIFETIME_MS } from './sign-up-ticket.ts'

const PURPOSE = 'social_connected'

type Named = Pick<SocialAccountData, 'provider' | 'uid'>

/**
 * Notes that the batch has connected a social account. Tickets from before are invalid from then on, regardless of
 * the connection or its account, and one ticket never makes two accounts. Kept as long as a ticket lives.
 */
export async function noteConnected(
  { db, settings, now }: Pick<Deps, 'db' | 'settings' | 'now'>,
  data: SocialAccountData,
): Promise<readonly Statement[]> {
  if (!settings.SOCIAL_SIGNUP) return []
  const [usedMs, endMs] = [now.getTime(), now.getTime() + TICKET_LIFETIME_MS]
  return [
    db.run(
      sql`insert into ${usedNonces} (purpose, nonce_hash, used_at, expires_at)
        select ${PURPOSE}, ${await hashOf(data)}, cast(${usedMs} as integer), cast(${endMs} as integer)
        where ${connectedUserId(data, now)} is not null
        on conflict (purpose, nonce_hash) do update
          set used_at = excluded.used_at, expires_at = excluded.expires_at`,
    ),
  ]
}

/** Whether a social account was connected since a ticket of it was issued; without a ticket it does not matter. */
export async function isTicketVoid(data: Named, issuedAt: Date | undefined): Promise<SQL> {
  if (issuedAt === undefined) return sql`0`
  return sql`exists (select 1 from ${usedNonces} where purpose = ${PURPOSE}
    and nonce_hash = ${await hashOf(data)} and used_at >= cast(${issuedAt.getTime()} as integer))`
}

/** The provider's account as a hash: the note outlives the connection, and must not identify anyone. */
function hashOf({ provider, uid }: Named): Promise<string> {
  return sha256Hex(JSON.stringify([provider, uid]))
}
