/**
 * Parts of a user's body that settings add to dj-rest-auth's five fields: a public id, custom fields
 * (`USER_FIELDS`), roles.
 */
import { ownValueOf, readableFields } from '../../core/users/own-fields.ts'
import { rolesOf } from '../../core/users/roles.ts'
import type { User } from '../../core/users/user.ts'
import type { Settings } from '../../settings/parse.ts'

/** The settings for what a user's body has beside dj-rest-auth's fields. */
export type UserBodySettings = Pick<Settings, 'USER_FIELDS' | 'USER_PK' | 'USER_ROLES'>

/** What `user/` shows in addition to the columns: a public id in place of the row's id, custom fields, roles. */
export function moreBody(
  settings: UserBodySettings,
  user: User,
): Readonly<Record<string, unknown>> {
  const { USER_FIELDS, USER_PK, USER_ROLES } = settings
  const shown = USER_FIELDS.length === 0 ? [] : readableFields(USER_FIELDS, 'owner')
  return {
    ...(USER_PK === 'uuid' ? { pk: user.more?.publicId ?? null } : {}),
    ...nested(shown.map((field) => [field.name, ownValueOf(field, user.more?.own)])),
    ...Object.fromEntries(USER_ROLES.map((role) => [role, rolesOf(user)[role]])),
  }
}

/** Values by name, those with a dot in an object of their group's name. */
export function nested<Value>(
  entries: readonly (readonly [string, Value])[],
): Readonly<Record<string, Value | Readonly<Record<string, Value>>>> {
  const result: Record<string, Value | Readonly<Record<string, Value>>> = {}
  const groups: Record<string, Record<string, Value>> = {}
  for (const [name, value] of entries) {
    const dot = name.indexOf('.')
    if (dot < 0) {
      result[name] = value
      continue
    }
    const group = (groups[name.slice(0, dot)] ??= {})
    group[name.slice(dot + 1)] = value
    result[name.slice(0, dot)] = group
  }
  return result
}
