/** Django's tables that are imported, in an order that foreign keys allow, with the reader of each. */
import {
  readAuthToken,
  readBlacklistedToken,
  readEmailAddress,
  readPublicId,
  readSocialAccount,
  readUser,
  sealAuthToken,
} from './rows.ts'
import {
  authTokensTarget,
  emailAddressesTarget,
  publicIdsTarget,
  socialAccountsTarget,
  spentRefreshTokensTarget,
  usersTarget,
} from './target.ts'
import type { DjangoTable, ImportStep } from './step.ts'
import { FACTOR_TABLES, factorSteps } from './factor-tables.ts'

/** Which table holds the users, and which of its columns names them. */
export type UserModel = {
  readonly table: string
  readonly usernameColumn: string
  /** Columns of own fields (`USER_FIELDS`), by their tables: the users' own, or one of one row a user. */
  readonly own?: ReadonlyMap<string, readonly string[]>
  /** Whether its ids were UUIDs, which have become `public_id`: see `public-ids.ts`. */
  readonly hasUuids?: boolean
}

/** The steps in an order that foreign keys allow. */
export function importSteps(model: UserModel): readonly ImportStep[] {
  const users = userTable(model)
  return [
    {
      table: users,
      target: usersTarget,
      read: (row, deps) => readUser({ ...row, username: row[model.usernameColumn] ?? null }, deps),
    },
    ...(model.hasUuids === true
      ? [{ table: users, name: 'public ids', target: publicIdsTarget, read: readPublicId }]
      : []),
    { table: EMAIL_ADDRESSES, target: emailAddressesTarget, read: readEmailAddress },
    {
      table: AUTH_TOKENS,
      target: authTokensTarget,
      distinct: ['key'],
      read: readAuthToken,
      complete: sealAuthToken,
    },
    {
      table: SOCIAL_ACCOUNTS,
      target: socialAccountsTarget,
      distinct: ['provider', 'uid'],
      read: readSocialAccount,
    },
    {
      table: BLACKLISTED_TOKENS,
      target: spentRefreshTokensTarget,
      joined: {
        jti: outstanding('jti'),
        user_id: outstanding('user_id'),
        expires_at: outstanding('expires_at'),
      },
      orderBy: 'jti',
      read: readBlacklistedToken,
    },
    ...factorSteps(),
  ]
}

/** Every table that is read. */
export function djangoTables(model: UserModel): readonly DjangoTable[] {
  return [
    userTable(model),
    EMAIL_ADDRESSES,
    AUTH_TOKENS,
    SOCIAL_ACCOUNTS,
    OUTSTANDING_TOKENS,
    BLACKLISTED_TOKENS,
    ...FACTOR_TABLES,
    ...RIGHTS,
    ...profileTables(model),
  ]
}

/** Tables with one row a user, whose columns are own fields. */
function profileTables({ table, own = new Map() }: UserModel): readonly DjangoTable[] {
  return [...own]
    .filter(([name]) => name !== table)
    .map(([name, columns]) => ({
      name,
      columns: ['user_id', ...columns],
      required: ['user_id'],
      primaryKey: 'id',
    }))
}

/** What `more-source.ts` reads; a fixture has who is in a group, and what it may, as lists. */
const RIGHTS: readonly DjangoTable[] = [
  {
    name: 'auth_group',
    columns: ['id', 'name', 'permissions'],
    required: ['name'],
    primaryKey: 'id',
  },
  {
    name: 'auth_permission',
    columns: ['id', 'content_type_id', 'codename', 'name'],
    required: ['codename'],
    primaryKey: 'id',
  },
  {
    name: 'django_content_type',
    columns: ['id', 'app_label', 'model'],
    required: ['app_label', 'model'],
    primaryKey: 'id',
  },
]

/** The user model, which a project may have replaced, with its own columns. */
function userTable({ table, usernameColumn, own, hasUuids }: UserModel): DjangoTable {
  return {
    name: table,
    columns: [
      'id',
      ...(hasUuids === true ? ['public_id'] : []),
      ...new Set([usernameColumn, 'email']),
      'password',
      'first_name',
      'last_name',
      'is_active',
      'is_staff',
      'is_superuser',
      'date_joined',
      'last_login',
      'groups',
      'user_permissions',
      ...(own?.get(table) ?? []),
    ],
    required: ['id', usernameColumn, 'password', 'date_joined'],
    primaryKey: 'id',
  }
}

const EMAIL_ADDRESSES: DjangoTable = {
  name: 'account_emailaddress',
  columns: ['id', 'user_id', 'email', 'verified', 'primary'],
  required: ['id', 'user_id', 'email', 'verified', 'primary'],
  primaryKey: 'id',
}

const AUTH_TOKENS: DjangoTable = {
  name: 'authtoken_token',
  columns: ['key', 'user_id', 'created'],
  required: ['key', 'user_id', 'created'],
  primaryKey: 'key',
}

const SOCIAL_ACCOUNTS: DjangoTable = {
  name: 'socialaccount_socialaccount',
  columns: ['id', 'user_id', 'provider', 'uid', 'extra_data', 'last_login', 'date_joined'],
  required: ['id', 'user_id', 'provider', 'uid', 'extra_data', 'last_login', 'date_joined'],
  primaryKey: 'id',
}

/** Read only through the blacklisted ones: a token that is merely outstanding needs no row here. */
const OUTSTANDING_TOKENS: DjangoTable = {
  name: 'token_blacklist_outstandingtoken',
  columns: ['id', 'jti', 'user_id', 'expires_at'],
  required: ['id', 'jti', 'user_id', 'expires_at'],
  primaryKey: 'id',
}

const BLACKLISTED_TOKENS: DjangoTable = {
  name: 'token_blacklist_blacklistedtoken',
  columns: ['id', 'token_id', 'blacklisted_at'],
  required: ['id', 'token_id', 'blacklisted_at'],
  primaryKey: 'id',
}

/** A column of simplejwt's outstanding token, which its blacklist refers to. */
function outstanding(column: string): string {
  return `(select o."${column}" from "${OUTSTANDING_TOKENS.name}" o where o.id = t.token_id)`
}
