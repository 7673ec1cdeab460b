/** Names of rights in claims and bodies. */

/** What Django says of a user's rights, and `roles`: the names of the groups, `staff` and `superuser` in one list. */
export const ROLE_NAMES = ['is_staff', 'is_superuser', 'groups', 'permissions', 'roles'] as const

/** One of them. */
export type RoleName = (typeof ROLE_NAMES)[number]
