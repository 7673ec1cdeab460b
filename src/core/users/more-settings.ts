/** Which settings ask for more of a user than the columns of `users`. Knows no SQL. */
import type { Settings } from '../../settings/parse.ts'

/** The settings for what is read of a user in addition to the columns. */
export type MoreSettings = Pick<Settings, 'JWT_CLAIMS' | 'USER_FIELDS' | 'USER_PK' | 'USER_ROLES'>

/** Whether any of them asks for more. */
export function readsMore(settings: MoreSettings): boolean {
  const { USER_FIELDS, USER_PK } = settings
  return USER_FIELDS.length > 0 || USER_PK === 'uuid' || requestedRoles(settings).length > 0
}

/** What Django says of a user's rights. */
export type Role = 'is_staff' | 'is_superuser' | 'groups' | 'permissions'

/** Which of them any setting puts into `user/` or into tokens. */
export function requestedRoles({ USER_ROLES, JWT_CLAIMS }: MoreSettings): readonly Role[] {
  const asked = new Set<string>([...USER_ROLES, ...JWT_CLAIMS.map(({ from }) => from)])
  // `roles` are made of the others.
  if (asked.has('roles')) for (const one of ['is_staff', 'is_superuser', 'groups']) asked.add(one)
  const names: readonly Role[] = ['is_staff', 'is_superuser', 'groups', 'permissions']
  return names.filter((name) => asked.has(name))
}
