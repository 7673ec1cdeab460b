/** Columns of a user that a password is compared with. */

/** A user's column that a password must not resemble, as Django names it. */
export type UserAttribute = (typeof USER_ATTRIBUTES)[number]

/** Django's `DEFAULT_USER_ATTRIBUTES`, in the order they are compared. */
export const USER_ATTRIBUTES = ['username', 'first_name', 'last_name', 'email'] as const
