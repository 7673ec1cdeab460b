/** Tables of groups and permissions, after Django's `auth` app. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Django's `auth_group`. */
export const groups = sqliteTable(
  'groups',
  { id: integer().primaryKey({ autoIncrement: true }), name: text().notNull() },
  (table) => [uniqueIndex('groups_name_unique').on(table.name)],
)

/** Django's `auth_user_groups`. */
export const groupMembers = sqliteTable(
  'group_members',
  {
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    groupId: integer()
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ name: 'group_members_pk', columns: [table.userId, table.groupId] }),
    index('group_members_group_id_idx').on(table.groupId),
  ],
)

/**
 * Django's `auth_group_permissions`. A permission is `app_label.codename`, as `has_perm` takes it; `model` is the rest
 * of its natural key.
 */
export const groupPermissions = sqliteTable(
  'group_permissions',
  {
    groupId: integer()
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    permission: text().notNull(),
    model: text().notNull().default(''),
  },
  (table) => [
    primaryKey({
      name: 'group_permissions_pk',
      columns: [table.groupId, table.permission, table.model],
    }),
  ],
)

/** Django's `auth_user_user_permissions`. */
export const userPermissions = sqliteTable(
  'user_permissions',
  {
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    permission: text().notNull(),
    model: text().notNull().default(''),
  },
  (table) => [
    primaryKey({
      name: 'user_permissions_pk',
      columns: [table.userId, table.permission, table.model],
    }),
  ],
)
