import type { Deps } from '../../deps.ts'
import { insertPublicId, selectPublicId } from '../users/public-ids.sql.ts'
import { uuidOf } from '../users/public-id.ts'
import type { User } from '../users/user.ts'
import { saltedHmac } from './signing.ts'

/** The slice of `Deps` that naming a user needs. */
export type PublicIdDeps = Pick<Deps, 'db' | 'settings' | 'deferWrites'>

/**
 * The user with the id that clients see. An account from before `USER_PK = "uuid"` gets one with its first request,
 * written after the answer; of two requests at once both derive the same. No migration, and no request waits for it.
 */
export async function withPublicId<Account extends User>(
  deps: PublicIdDeps,
  user: Account,
): Promise<Account> {
  const { settings, db } = deps
  const known = user.more?.publicId ?? undefined
  if (settings.USER_PK !== 'uuid' || known !== undefined) return user
  const publicId = await derivedPublicId(settings, user.id)
  deps.deferWrites([insertPublicId(db, user.id, publicId).onConflictDoNothing()])
  return { ...user, more: { ...user.more, publicId } }
}

/** The id that clients see of an account, before it has been read. One round trip. */
export async function readPublicId(
  { db, settings }: Pick<PublicIdDeps, 'db' | 'settings'>,
  userId: number,
): Promise<string> {
  const [row] = await selectPublicId(db, userId)
  return row?.publicId ?? (await derivedPublicId(settings, userId))
}

/** Derived from a secret and the row's id: it reveals nothing, and concurrent requests derive the same. */
export async function derivedPublicId(
  { SECRET_KEY }: Pick<Deps['settings'], 'SECRET_KEY'>,
  userId: number,
): Promise<string> {
  return uuidOf(await saltedHmac('rest-auth-edge.public-id', String(userId), SECRET_KEY), 8)
}
