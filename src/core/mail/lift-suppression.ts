/** Allows mails to an address again that a bounce or complaint had stopped, and audits who did. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { noteAct, type AuditDeps } from '../audit/audit.ts'
import { foldEmail } from '../users/email.ts'
import { deleteSuppression, suppressionState } from './suppressions.sql.ts'

/** Lets mails to an address through again, and notes who did. One round trip. */
export async function liftSuppression(
  deps: AuditDeps,
  address: string,
): Promise<'changed' | 'unchanged'> {
  const emailFolded = foldEmail(address)
  const { exists, json, ownerId } = suppressionState(emailFolded)
  const { lifted } = await batch(deps.db, {
    noted: await noteAct(deps, 'suppression_lifted', {
      userId: ownerId,
      condition: exists,
      before: json,
      after: sql`'{"reason":null}'`,
    }),
    lifted: deleteSuppression(deps.db, emailFolded),
  })
  return lifted.length > 0 ? 'changed' : 'unchanged'
}
