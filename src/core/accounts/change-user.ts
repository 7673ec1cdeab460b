/** Changing a user's own profile. Input is checked here, whichever surface it comes from. */
import { sql, type SQL } from 'drizzle-orm'
import {
  changedUserId,
  isUsernameFree,
  updateUser,
  updateUserAndFields,
  type UserChanges,
  type UserTexts,
} from './change-user.sql.ts'
import { editableFields, type EditableWireName } from '../../db/schema/users.ts'
import type { Deps } from '../../deps.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import { readChanges } from './own-changes.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import type { User } from '../users/user.ts'
import { nameCandidate, type NameCandidate, type NameSettings } from '../users/username-address.ts'
import { textFaults, type Fault } from '../faults.ts'
import { normalizeUsername, usernameFaults, type UsernameSettings } from '../users/username.ts'
import { loadEvents } from '../events/load-events.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** What the client sent; absent fields stay as they are. */
export type UserUpdateInput = { readonly username?: string } & UserTexts

/** The same, with own fields. `whole`: those that are required must be there. */
export type UserChangeInput = UserUpdateInput & {
  readonly own?: OwnInput
  readonly mode?: 'whole' | 'partial'
  /** Proof of the caller, unless that is the operator; the statement that writes repeats it. */
  readonly proof?: Proof
}

/** Result of an update. */
export type UserUpdateOutcome =
  | { readonly kind: 'updated'; readonly user: User }
  | { readonly kind: 'invalid'; readonly faults: readonly UserFault[] }
  /** The caller is no longer authenticated, or the account no longer exists. */
  | { readonly kind: 'stale_proof' }

/** What may be wrong with it. */
export type UserFault = Fault<'username' | EditableWireName> | OwnFault

/**
 * Changes the caller's own names (dj-rest-auth: `UserDetailsSerializer`). Where JWTs name accounts by username, a
 * new name ends the tokens of the account, and of the user who had that name before: they would authenticate the wrong
 * user. One round trip.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'actor'>,
  { id, email }: Pick<User, 'id' | 'email'>,
  { own = {}, mode = 'partial', proof, ...input }: UserChangeInput,
): Promise<UserUpdateOutcome> {
  const { settings } = deps
  const read = await readChanges(settings, { own, mode, door: 'owner' })
  const faults = [...ownFaults(deps, input), ...read.faults]
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { username, ...names } = input
  const endsTokensAt = settings.SIMPLE_JWT_USER_ID_FIELD === 'username' ? deps.now : undefined
  const changes: UserChanges = {
    ...names,
    ...(username === undefined
      ? {}
      : { username: { ...nameOf(settings, username, email), endsTokensAt } }),
  }
  const holds = proof === undefined ? undefined : sql`${provedUserId(proof)} is not null`
  const target = { userId: id, scope: scopeOf(settings), columns: userColumnsOf(settings), holds }
  const db = await tellingDatabase(deps, changedUserId(target, changes, read.changes))
  const changed =
    read.changes === undefined
      ? await updateUser(db, target, changes)
      : await updateUserAndFields(db, target, { changes, own: read.changes })
  if (changed.kind === 'updated') return { kind: 'updated', user: changed.row }
  if (changed.kind === 'stale_proof') return changed
  return { kind: 'invalid', faults: changed.fields.map(takenFault) }
}

function takenFault(field: string): UserFault {
  return { field, code: field === 'username' ? 'username_taken' : 'not_unique' }
}

/**
 * The database with the webhook statements of this change attached to its next batch, where `WEBHOOKS` is set.
 * Changes by others than the owner are announced where they are audited.
 */
async function tellingDatabase(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'actor'>,
  userId: SQL,
): Promise<Deps['db']> {
  const isNoted = deps.actor !== undefined && deps.actor.kind !== 'impersonator'
  if (deps.settings.WEBHOOKS.length === 0 || isNoted) return deps.db
  const { databaseFollowedBy, webhookStatements } = await loadEvents()
  return databaseFollowedBy(deps.db, webhookStatements(deps, 'user.updated', { userId }))
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
  return (await mayTakeUsername(deps, user, username))
    ? faults
    : [...faults, takenFault('username')]
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
  return isUsernameFree(deps.db, { userId: id, scope: scopeOf(deps.settings) }, candidate)
}

function nameOf(
  settings: UsernameSettings & NameSettings,
  username: string,
  email: string,
): NameCandidate {
  const name = settings.policy.usernames.areNormalized
    ? normalizeUsername(settings, username)
    : username
  return nameCandidate(settings, name, email)
}

function scopeOf(settings: PolicyOf<'usernames'>): 'all' | 'others' {
  return settings.policy.usernames.ownIsFree ? 'others' : 'all'
}
