/** What is read of a user in addition to the columns, where settings ask for it: public id, custom fields, roles. */
import { sql, type SQL } from 'drizzle-orm'
import { groupMembers, groupPermissions, groups, userPermissions } from '../../db/schema/roles.ts'
import { ownFields } from '../../db/schema/own-fields.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import type { OwnValues } from './own-fields.ts'
import { readsMore, requestedRoles, type MoreSettings, type Role } from './more-settings.ts'

/**
 * What a deployment stores of a user in addition to the columns of `users`; parts that no setting asks for are absent.
 */
export type MoreOfUser = {
  /** Custom fields as they are stored: without those that were never given. */
  readonly own?: OwnValues | null
  readonly publicId?: string | null
  readonly isStaff?: number
  readonly isSuperuser?: number
  readonly groups?: readonly string[]
  readonly permissions?: readonly string[]
}

/** Longer lists are cut: a token is sent with every request. */
const MAX_GROUPS = 100
const MAX_PERMISSIONS = 200

/**
 * The same as one JSON column of a query of users, read in their own statement; `undefined` where no setting asks for
 * any of it. The user's id is spelled out, because Drizzle leaves table names away where a query has one table.
 */
export function moreColumn(settings: MoreSettings): SQL<MoreOfUser | null> | undefined {
  if (!readsMore(settings)) return undefined
  const parts = [
    ...(settings.USER_FIELDS.length === 0 ? [] : [ownPart]),
    ...(settings.USER_PK === 'uuid' ? [publicIdPart] : []),
    ...requestedRoles(settings).map((role) => ROLE_PARTS[role]),
  ]
  return sql`json_object(${sql.join(parts, sql`, `)})`.mapWith(readMore)
}

/** Reads the column. */
function readMore(json: string): MoreOfUser {
  // `moreColumn` has made it.
  return JSON.parse(json) as MoreOfUser
}

const ID = sql.raw('"users"."id"')

const ownPart = sql`'own', json((select ${ownFields.document} from ${ownFields}
  where ${ownFields.userId} = ${ID}))`

const publicIdPart = sql`'publicId', (select ${publicIds.publicId} from ${publicIds}
  where ${publicIds.userId} = ${ID})`

const groupsOf = sql`select ${groupMembers.groupId} from ${groupMembers}
  where ${groupMembers.userId} = ${ID}`

const ROLE_PARTS = {
  is_staff: sql`'isStaff', "users"."is_staff"`,
  is_superuser: sql`'isSuperuser', "users"."is_superuser"`,
  groups: sql`'groups', (select json_group_array(name) from (
    select ${groups.name} as name from ${groups} where ${groups.id} in (${groupsOf})
    order by name limit ${MAX_GROUPS}))`,
  permissions: sql`'permissions', (select json_group_array(permission) from (
    select ${userPermissions.permission} as permission from ${userPermissions}
      where ${userPermissions.userId} = ${ID}
    union select ${groupPermissions.permission} from ${groupPermissions}
      where ${groupPermissions.groupId} in (${groupsOf})
    order by permission limit ${MAX_PERMISSIONS}))`,
} as const satisfies Readonly<Record<Role, SQL>>
