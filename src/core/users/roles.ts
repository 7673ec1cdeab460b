/** Groups and permissions of a user, for bodies and claims. */
import type { RoleName } from '../../settings/role-names.ts'
import type { User } from './user.ts'

/** What Django says of a user's rights, as it was read with the user: of nothing that was not asked for. */
export function rolesOf({ more }: User): Readonly<Record<RoleName, unknown>> {
  const isStaff = more?.isStaff === 1
  const isSuperuser = more?.isSuperuser === 1
  const groups = more?.groups ?? []
  return {
    is_staff: isStaff,
    is_superuser: isSuperuser,
    groups,
    permissions: more?.permissions ?? [],
    roles: [...(isSuperuser ? ['superuser'] : []), ...(isStaff ? ['staff'] : []), ...groups],
  }
}
