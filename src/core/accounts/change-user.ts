import { isUsernameFree, updateUser, type UserChanges, type UserTexts } from './change-user.sql.ts'
import { editableFields, type EditableWireName } from '../../db/users.ts'
import type { Deps } from '../../deps.ts'
import type { User } from '../users/user.ts'
import { nameCandidate, type NameCandidate } from '../users/username-address.ts'
import { textFaults, type Fault } from '../faults.ts'
import { normalizeUsername, usernameFaults } from '../users/username.ts'

/** What the client sent; absent fields stay as they are. */
export type UserUpdateInput = { readonly username?: string } & UserTexts

/** What an update came to. */
export type UserUpdateOutcome =
  | { readonly kind: 'updated'; readonly user: User }
  | { readonly kind: 'invalid'; readonly faults: readonly UserFault[] }

/** What may be wrong with it. */
export type UserFault = Fault<'username' | EditableWireName>

const TAKEN: readonly UserFault[] = [{ field: 'username', code: 'username_taken' }]

/**
 * Changes the caller's own names (dj-rest-auth: `UserDetailsSerializer`). Where JWTs name accounts by username, a new one
 * ends those of the account, and of whoever had the name before. One round trip.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'settings' | 'now'>,
  { id, email }: Pick<User, 'id' | 'email'>,
  input: UserUpdateInput,
): Promise<UserUpdateOutcome> {
  const faults = ownFaults(deps, input)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { username, ...names } = input
  const endsTokensAt = deps.settings.SIMPLE_JWT_USER_ID_FIELD === 'username' ? deps.now : undefined
  const changes: UserChanges = {
    ...names,
    ...(username === undefined
      ? {}
      : { username: { ...nameOf(deps.settings, username, email), endsTokensAt } }),
  }
  const user = await updateUser(deps.db, id, changes, scopeOf(deps.settings))
  return user === undefined ? { kind: 'invalid', faults: TAKEN } : { kind: 'updated', user }
}

/** What is wrong with an input of which nothing is written. One round trip at most. */
export async function checkUser(
  deps: Pick<Deps, 'db' | 'settings'>,
  user: Pick<User, 'id' | 'email'>,
  input: UserUpdateInput,
): Promise<readonly UserFault[]> {
  const faults = ownFaults(deps, input)
  const { username } = input
  if (username === undefined || faults.some(({ field }) => field === 'username')) return faults
  return (await mayTakeUsername(deps, user, username)) ? faults : [...faults, ...TAKEN]
}

function ownFaults(
  { settings }: Pick<Deps, 'settings'>,
  { username, ...texts }: UserUpdateInput,
): readonly UserFault[] {
  const given: Readonly<Record<string, string | undefined>> = texts
  return [
    ...(username === undefined ? [] : usernameFaults(settings, username)),
    ...editableFields.flatMap(({ name, wire, maxLength: max }) => {
      const text = given[name]
      return text === undefined ? [] : textFaults(wire, text, { max })
    }),
  ]
}

async function mayTakeUsername(
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
