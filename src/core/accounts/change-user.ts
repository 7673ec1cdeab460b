import { isUsernameFree, updateUser, type UserChanges } from './change-user.sql.ts'
import type { Deps } from '../../deps.ts'
import { foldUsername } from '../users/fold.ts'
import type { User } from '../users/user.ts'
import { normalizeUsername } from '../users/username.ts'

/** What the client sent, each field good by itself; absent ones stay as they are. */
export type UserUpdateInput = {
  readonly username?: string
  readonly firstName?: string
  readonly lastName?: string
}

/** What an update came to. */
export type UserUpdateOutcome =
  { readonly kind: 'updated'; readonly user: User } | { readonly kind: 'username_taken' }

/** Changes the caller's own names (dj-rest-auth: `UserDetailsSerializer`). One round trip. */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'settings'>,
  userId: number,
  input: UserUpdateInput,
): Promise<UserUpdateOutcome> {
  const { username, ...names } = input
  const changes: UserChanges = {
    ...names,
    ...(username === undefined ? {} : { username: nameOf(deps.settings, username) }),
  }
  const user = await updateUser(deps.db, userId, changes, scopeOf(deps.settings))
  return user === undefined ? { kind: 'username_taken' } : { kind: 'updated', user }
}

/** Whether the caller may take a name. One round trip. */
export async function mayTakeUsername(
  deps: Pick<Deps, 'db' | 'settings'>,
  userId: number,
  username: string,
): Promise<boolean> {
  const { folded } = nameOf(deps.settings, username)
  return isUsernameFree(deps.db, userId, folded, scopeOf(deps.settings))
}

function nameOf(settings: Deps['settings'], username: string): { name: string; folded: string } {
  const name = settings.NORMALIZE_USERNAMES ? normalizeUsername(settings, username) : username
  return { name, folded: foldUsername(name) }
}

function scopeOf(settings: Deps['settings']): 'all' | 'others' {
  return settings.ALLOW_OWN_USERNAME ? 'others' : 'all'
}
