import { isUsernameFree, updateUser, type UserChanges } from './change-user.sql.ts'
import type { Deps } from '../../deps.ts'
import type { User } from '../users/user.ts'
import { nameCandidate, type NameCandidate } from '../users/username-address.ts'
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
  { id, email }: Pick<User, 'id' | 'email'>,
  input: UserUpdateInput,
): Promise<UserUpdateOutcome> {
  const { username, ...names } = input
  const changes: UserChanges = {
    ...names,
    ...(username === undefined ? {} : { username: nameOf(deps.settings, username, email) }),
  }
  const user = await updateUser(deps.db, id, changes, scopeOf(deps.settings))
  return user === undefined ? { kind: 'username_taken' } : { kind: 'updated', user }
}

/** Whether the caller may take a name. One round trip. */
export async function mayTakeUsername(
  deps: Pick<Deps, 'db' | 'settings'>,
  { id, email }: Pick<User, 'id' | 'email'>,
  username: string,
): Promise<boolean> {
  const candidate = nameOf(deps.settings, username, email)
  return isUsernameFree(deps.db, id, candidate, scopeOf(deps.settings))
}

function nameOf(settings: Deps['settings'], username: string, email: string): NameCandidate {
  const name = settings.NORMALIZE_USERNAMES ? normalizeUsername(settings, username) : username
  return nameCandidate(settings, name, email)
}

function scopeOf(settings: Deps['settings']): 'all' | 'others' {
  return settings.ALLOW_OWN_USERNAME ? 'others' : 'all'
}
