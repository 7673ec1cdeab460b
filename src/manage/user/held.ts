/** What belongs to an account, counted, for questions and dry runs. */
import { readWholeUser } from '../../core/operator/whole-user.sql.ts'
import type { Deps } from '../../deps.ts'
import { CommandError } from '../command.ts'

/** How much hangs on an account. */
export type Held = {
  readonly addresses: number
  readonly logins: number
  readonly factors: number
  readonly social_accounts: number
}

/** Counts what hangs on an account. @throws CommandError where it is gone */
export async function countHeld(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { id, username }: { readonly id: number; readonly username: string },
): Promise<Held> {
  const user = await readWholeUser(db, id, now)
  if (user === undefined) throw new CommandError(`${username} is gone.`)
  return {
    addresses: user.addresses.length,
    logins: user.logins.length + user.sessions.length + (user.authTokenAt === undefined ? 0 : 1),
    factors: user.passkeys.length + (user.authenticatorApp === undefined ? 0 : 1),
    social_accounts: user.socialAccounts.length,
  }
}

/** The same for people. */
export function heldText(held: Held): string {
  return Object.entries(held)
    .map(([name, count]) => `${count} ${name.replace('_', ' ')}`)
    .join(', ')
}
