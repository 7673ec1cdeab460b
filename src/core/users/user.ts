import type { UserColumns } from '../../db/users.ts'

/** A row of `users` as the rules see it. The password hash is not part of it. */
export type User = UserColumns

/** A user with what proves it: for the operations that check or replace the password hash. */
export type UserWithPassword = User & { readonly passwordHash: string }
