/** Staff and superuser rights of an account (Django: `is_staff`, `is_superuser`). Only superusers change them. */
import { and, eq, ne, or, sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { users } from '../../db/schema/users.ts'
import { auditChange, type AuditDeps } from '../audit/audit.ts'
import type { Target } from './target.sql.ts'

/** Who works here, and who may do everything. */
export type Rights = { readonly isStaff: boolean; readonly isSuperuser: boolean }

/** Gives an account rights, or takes them. Everything issued to it so far stays valid. One round trip. */
export async function setRights(
  deps: AuditDeps,
  target: Target,
  rights: Rights,
): Promise<'changed' | 'unchanged'> {
  const { db } = deps
  const { isStaff, isSuperuser } = rights
  const differs = and(
    eq(users.id, target.id),
    or(ne(users.isStaff, isStaff), ne(users.isSuperuser, isSuperuser)),
  )
  const { rows } = await batch(db, {
    noted: await auditChange(deps, 'rights_changed', {
      userId: sql`(select ${users.id} from ${users} where ${differs})`,
      before: valuesOf(target),
      after: valuesOf(rights),
    }),
    rows: db.update(users).set({ isStaff, isSuperuser }).where(differs).returning({ id: users.id }),
  })
  return rows.length > 0 ? 'changed' : 'unchanged'
}

function valuesOf({ isStaff, isSuperuser }: Rights) {
  return { is_staff: isStaff, is_superuser: isSuperuser }
}
