/** Reads groups, permissions and custom columns from the source database. */
import type { OwnField } from '../../settings/own-fields.ts'
import { columnsOf, type Source } from './source.ts'

/** A page of rows, each a list of values. */
export type Rows = Iterable<readonly (string | number | null)[]>

/** Groups by name. */
export function sourceGroups({ database }: Source): Rows {
  return has(database, 'auth_group') ? lists(database, 'select name from auth_group') : []
}

/** Group, permission as `app_label.codename`, model. */
export function sourceGroupPermissions(source: Source): Rows {
  const { database, isCopy } = source
  if (!has(database, 'auth_group')) return []
  if (isCopy) {
    return lists(
      database,
      `select g.name, ${PERMISSION} from auth_group g, json_each(g.permissions) as item
       ${permissionOf(database)} where ${NAMED}`,
    )
  }
  return lists(
    database,
    `select g.name, c.app_label || '.' || p.codename, c.model from auth_group_permissions l
     join auth_group g on g.id = l.group_id join auth_permission p on p.id = l.permission_id
     join django_content_type c on c.id = p.content_type_id`,
  )
}

/** User's id, and the group's name. */
export function sourceMembers(source: Source): Rows {
  const { database, model, isCopy } = source
  if (!has(database, 'auth_group')) return []
  if (isCopy) {
    return lists(
      database,
      `select cast(u.id as integer), coalesce(g.name, json_extract(item.value, '$[0]'))
       from "${model.table}" u, json_each(u.groups) as item
       left join auth_group g on cast(g.id as text) = cast(item.value as text)
       where coalesce(g.name, case when item.type = 'array' then 1 end) is not null`,
    )
  }
  const table = `${model.table}_groups`
  const user = linkColumn(database, table, 'group_id')
  if (user === undefined) return []
  return lists(
    database,
    `select l."${user}", g.name from "${table}" l join auth_group g on g.id = l.group_id`,
  )
}

/** User's id, permission, model. */
export function sourceUserPermissions(source: Source): Rows {
  const { database, model, isCopy } = source
  if (isCopy) {
    if (!columnsOf(database, model.table).includes('user_permissions')) return []
    return lists(
      database,
      `select cast(u.id as integer), ${PERMISSION}
       from "${model.table}" u, json_each(u.user_permissions) as item
       ${permissionOf(database)} where ${NAMED}`,
    )
  }
  const table = `${model.table}_user_permissions`
  const user = linkColumn(database, table, 'permission_id')
  if (user === undefined) return []
  return lists(
    database,
    `select l."${user}", c.app_label || '.' || p.codename, c.model from "${table}" l
     join auth_permission p on p.id = l.permission_id
     join django_content_type c on c.id = p.content_type_id`,
  )
}

/** A permission in a fixture is a natural key, or an id of rows that are in the fixture, too. */
const PERMISSION = `case when item.type = 'array'
    then json_extract(item.value, '$[1]') || '.' || json_extract(item.value, '$[0]')
    else c.app_label || '.' || p.codename end as permission,
  case when item.type = 'array' then json_extract(item.value, '$[2]') else c.model end as model`
const NAMED = 'permission is not null'

function permissionOf(database: Source['database']): string {
  const isThere = has(database, 'auth_permission') && has(database, 'django_content_type')
  if (!isThere) {
    return `left join (select null as id, null as codename, null as content_type_id) p on 0
      left join (select null as id, null as app_label, null as model) c on 0`
  }
  return `left join auth_permission p on cast(p.id as text) = cast(item.value as text)
    left join django_content_type c on c.id = p.content_type_id`
}

/** The column of a many-to-many table that is neither its id nor the other side. */
function linkColumn(
  database: Source['database'],
  table: string,
  other: string,
): string | undefined {
  return columnsOf(database, table).find((column) => column !== 'id' && column !== other)
}

/** User's id, and a text for each of the fields. */
export function sourceFields(
  { database, model }: Source,
  table: string,
  fields: readonly OwnField[],
): Rows {
  const present = columnsOf(database, table)
  const id = table === model.table ? 'id' : 'user_id'
  if (!present.includes(id)) return []
  const values = fields.map(({ django = '' }) => {
    const column = django.slice(django.indexOf('.') + 1)
    return present.includes(column) ? `cast("${column}" as text)` : 'null'
  })
  return lists(database, `select cast("${id}" as integer), ${values.join(', ')} from "${table}"`)
}

function has(database: Source['database'], table: string): boolean {
  return columnsOf(database, table).length > 0
}

function* lists(database: Source['database'], query: string): Rows {
  const statement = database.prepare(query)
  // Otherwise the driver throws at an id that JavaScript has no number for; here nobody has such a one.
  statement.setReadBigInts(true)
  for (const row of statement.iterate()) {
    yield Object.values(row).map((value) => {
      if (typeof value === 'bigint') return Number(value)
      return typeof value === 'number' || value === null ? value : String(value)
    })
  }
}
