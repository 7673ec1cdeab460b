/** A row of `users` as the rules see it. The password hash is not part of it. */
export type User = {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly isActive: boolean
  readonly lastLoginAt: Date | null
  readonly tokensRevokedAt: Date | null
}

/** A user with what proves it: for the operations that check or replace the password hash. */
export type UserWithPassword = User & { readonly passwordHash: string }
