/** Data export for the user (GDPR articles 15 and 20). */
import type { AuditDeps } from '../audit/audit.ts'
import { auditEvent } from '../audit/audit.ts'
import type { Deps } from '../../deps.ts'
import { readEverything } from './export.sql.ts'

/**
 * Everything that is stored about an account, by table, without secrets. One round trip; the export is audited
 * after the answer.
 */
export async function exportAccount(
  deps: AuditDeps & Pick<Deps, 'deferWrites'>,
  userId: number,
): Promise<unknown> {
  const everything: unknown = JSON.parse(await readEverything(deps.db, userId))
  deps.deferWrites(auditEvent(deps, 'account_exported', userId))
  return everything
}
