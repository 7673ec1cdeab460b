/** What a first step rested on, to be checked again at the second: address, social account, password. */
import { and, sql, type SQL } from 'drizzle-orm'
import { socialAccounts } from '../../db/schema/social.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { hasAddress, isWayIn } from '../users/addresses.sql.ts'

/**
 * By what the steps of a login so far have reached the account, besides its password. A step that follows asks whether
 * it still leads there: who took it away from the account meant to shut someone out.
 */
export type FirstStepTies = {
  /** The address, folded, whose mail or provider was the first step. */
  readonly mailbox?: string
  /** The address, folded, that a code was mailed to after the first step. */
  readonly mailedTo?: string
  /** The social account that was the first step. */
  readonly connection?: { readonly provider: string; readonly uid: string }
  /** The passkey that was. */
  readonly passkeyId?: number
}

/** Whether all of it still leads to the account: for the statement that decides. */
export function stillLeadsTo(
  accountId: number,
  { mailbox, mailedTo, connection, passkeyId }: FirstStepTies = {},
): SQL {
  const holds = and(
    mailbox === undefined ? undefined : isWayIn(accountId, mailbox),
    mailedTo === undefined ? undefined : hasAddress(accountId, mailedTo),
    connection === undefined ? undefined : isConnected(accountId, connection),
    passkeyId === undefined ? undefined : isOwnPasskey(accountId, passkeyId),
  )
  return holds ?? sql`1`
}

function isConnected(
  accountId: number,
  { provider, uid }: Required<FirstStepTies>['connection'],
): SQL {
  return sql`exists (select 1 from ${socialAccounts} as tie
    where tie.provider = ${provider} and tie.uid = ${uid} and tie.user_id = ${accountId})`
}

function isOwnPasskey(accountId: number, passkeyId: number): SQL {
  return sql`exists (select 1 from ${passkeys} as tie
    where tie.id = ${passkeyId} and tie.user_id = ${accountId})`
}
