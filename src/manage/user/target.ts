/** Naming an account whose rights matter. */
import { findTarget, type Target } from '../../core/operator/target.sql.ts'
import type { Deps } from '../../deps.ts'
import { accountOf } from '../account.ts'
import { CommandError } from '../command.ts'

/** The one account that a command names, with its rights. */
export async function targetOf(
  deps: Pick<Deps, 'db'>,
  positionals: readonly string[],
  id: string | undefined,
): Promise<Target> {
  const account = await accountOf(deps, positionals, id)
  const target = await findTarget(deps.db, account.id)
  if (target === undefined) throw new CommandError(`${account.username} is gone.`)
  return target
}
