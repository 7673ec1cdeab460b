/** Single use of stateless tokens: a row with the token's id, whose primary key decides who was first (replay). */
import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { spentTokens } from '../../db/schema/used-once.ts'

/** A use of something that works once; `spentBy` is this request's own. */
export type Claim = {
  readonly id: string
  readonly spentBy: string
  readonly expiresAt: Date
}

/** Spends it where `condition` holds: the primary key decides, so of any number of uses at once one succeeds. */
export function spendToken(db: Database, claim: Claim, condition: SQL) {
  return insertRow(db, spentTokens, { values: claim, from: sql`where ${condition}` })
    .onConflictDoNothing()
    .returning({ id: spentTokens.id })
}

/** Whether this request was the one that spent it: the condition of what follows in the batch. */
export function isSpentBy(claim: Claim): SQL {
  return sql`exists (select 1 from ${spentTokens}
    where ${spentTokens.id} = ${claim.id} and ${spentTokens.spentBy} = ${claim.spentBy})`
}

/** Whether someone has spent it. */
export function isSpent(id: string): SQL<number> {
  return sql`exists (select 1 from ${spentTokens} where ${spentTokens.id} = ${id})`
}
