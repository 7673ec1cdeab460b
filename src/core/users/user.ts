/** A user as the rules see it. */
import type { UserColumns } from '../../db/schema/users.ts'
import type { MoreOfUser } from './more.ts'

/** A row of `users` as the rules see it, and what `moreColumn` read with it. The password hash is not part of it. */
export type User = UserColumns & { readonly more?: MoreOfUser | null | undefined }

/** An id that no account has: SQLite numbers rows from 1. It keeps a statement in a batch where there is no user to name. */
export const NO_USER_ID = 0

/** A user with what proves it: for the operations that check or replace the password hash. */
export type UserWithPassword = User & { readonly passwordHash: string }
