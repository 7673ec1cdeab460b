import { eq } from 'drizzle-orm'
import type { Database } from '../../src/db/open.ts'
import { authTokens } from '../../src/db/schema/credentials.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { socialAccounts } from '../../src/db/schema/social.ts'
import { users } from '../../src/db/schema/users.ts'
import { passkeys } from '../../src/db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../src/db/schema/second-factor.ts'
import { recentProofs } from '../../src/db/schema/recent-proofs.ts'
import { sealTotpSecret, storeRecoveryCodes } from '../../src/core/second-factor/stored-factor.ts'
import { storedAuthToken } from '../../src/core/tokens/auth-token.ts'
import { foldEmail, lowerEmail } from '../../src/core/users/email.ts'
import { foldUsername } from '../../src/core/users/fold.ts'
import { makePassword, makeUnusablePassword } from '../../src/core/passwords/passwords.ts'
import type { Settings } from '../../src/settings/parse.ts'

/** What writing test data needs, the app's own means. */
export type SeedDeps = {
  readonly db: Database
  readonly settings: Settings
  readonly now: Date
  readonly randomBytes: (length: number) => Uint8Array
  readonly elapsedMs: () => number
}

/** A user to begin with. */
export type SeededUser = {
  readonly username: string
  readonly email: string
  /** `null`: an unusable one. */
  readonly password: string | null
  readonly firstName: string
  readonly lastName: string
  readonly isActive: boolean
  /** `null`: no address row at all; else a primary one with that flag. */
  readonly emailVerified: boolean | null
  readonly tokenKey?: string
}

/** Writes a user with what belongs to it; answers the id. */
export async function seedUser(deps: SeedDeps, user: SeededUser): Promise<number> {
  const [row] = await deps.db
    .insert(users)
    .values({
      username: user.username,
      usernameFolded: foldUsername(user.username),
      email: user.email,
      emailFolded: foldEmail(user.email),
      password: await hashOf(deps, user.password),
      firstName: user.firstName,
      lastName: user.lastName,
      isActive: user.isActive,
      dateJoinedAt: deps.now,
    })
    .returning({ id: users.id })
  if (row === undefined) throw new Error('The user was not written.')
  if (user.emailVerified !== null) {
    const email = lowerEmail(user.email)
    await deps.db.insert(emailAddresses).values({
      userId: row.id,
      email,
      emailFolded: foldEmail(email),
      isVerified: user.emailVerified,
      isPrimary: true,
    })
  }
  if (user.tokenKey !== undefined) {
    const { keyHash, sealedKey } = await storedAuthToken(deps, user.tokenKey)
    const createdAt = deps.now
    await deps.db.insert(authTokens).values({ userId: row.id, keyHash, sealedKey, createdAt })
    // A test that says nothing else is about somebody who has just logged in.
    await deps.db.insert(recentProofs).values({
      credential: `token:${keyHash}`,
      userId: row.id,
      how: 'password',
      provedAt: deps.now,
      expiresAt: new Date(deps.now.getTime() + 300_000),
    })
  }
  return row.id
}

/** The hash of a password as the app makes it; of `null` one that no password matches. */
export async function hashOf(deps: SeedDeps, password: string | null): Promise<string> {
  return password === null ? makeUnusablePassword(deps.randomBytes) : makePassword(deps, password)
}

/** Id of the user of exactly that name; throws where there is none. */
export async function userIdOf({ db }: SeedDeps, username: string): Promise<number> {
  const [row] = await db.select({ id: users.id }).from(users).where(eq(users.username, username))
  if (row === undefined) throw new Error(`There is no user ${username}.`)
  return row.id
}

/** Connects an account at a provider; answers its id. */
export async function seedSocialAccount(
  deps: SeedDeps,
  account: { readonly userId: number; readonly provider: string; readonly uid: string },
): Promise<number> {
  const [row] = await deps.db
    .insert(socialAccounts)
    .values({ ...account, extraData: {}, lastLoginAt: deps.now, dateJoinedAt: deps.now })
    .returning({ id: socialAccounts.id })
  if (row === undefined) throw new Error('The social account was not written.')
  return row.id
}

/** Sets up an authenticator app and recovery codes; answers the device's id. */
export async function seedTotp(
  deps: SeedDeps,
  factor: { readonly userId: number; readonly secret: string; readonly codes: readonly string[] },
): Promise<number> {
  const { salt, codes } = await storeRecoveryCodes(deps, factor.codes)
  const [row] = await deps.db
    .insert(totpDevices)
    .values({
      userId: factor.userId,
      sealedSecret: await sealTotpSecret(deps, factor.secret),
      recoverySalt: salt,
      createdAt: deps.now,
    })
    .returning({ id: totpDevices.id })
  if (row === undefined) throw new Error('The device was not written.')
  for (const code of codes) {
    await deps.db.insert(recoveryCodes).values({ ...code, userId: factor.userId })
  }
  return row.id
}

/** A passkey to begin with. */
export type SeededPasskey = Pick<
  typeof passkeys.$inferInsert,
  'userId' | 'credentialId' | 'publicKey' | 'name' | 'signCount' | 'transports'
>

/** Writes an ES256 passkey that carries the user's id as its handle; answers the passkey's id. */
export async function seedPasskey(deps: SeedDeps, passkey: SeededPasskey): Promise<number> {
  const userHandle = Buffer.from(String(passkey.userId)).toString('base64url')
  const [row] = await deps.db
    .insert(passkeys)
    .values({ ...passkey, algorithm: -7, userHandle, createdAt: deps.now })
    .returning({ id: passkeys.id })
  if (row === undefined) throw new Error('The passkey was not written.')
  return row.id
}
