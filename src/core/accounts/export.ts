import type { AuditDeps } from '../audit/audit.ts'
import { auditEvent } from '../audit/audit.ts'
import type { Deps } from '../../deps.ts'
import { readEverything } from './export.sql.ts'

/**
 * Everything that is held about an account, by table, without secrets (GDPR articles 15 and 20). One round trip; that
 * it was asked for is noted after the answer.
 */
export async function exportAccount(
  deps: AuditDeps & Pick<Deps, 'deferWrites'>,
  userId: number,
): Promise<unknown> {
  const everything: unknown = JSON.parse(await readEverything(deps.db, userId))
  deps.deferWrites(auditEvent(deps, 'account_exported', userId))
  return everything
}
