/** A row as it is written to the database, by column. */
export type TargetRow = Readonly<Record<string, string | number | null>>

/** A table that rows are written to, and its key. */
export type Target = {
  readonly table: string
  /** The column that says which row it is: Django's own id, kept. */
  readonly key: string
  /** In the order of writing; the key first. */
  readonly columns: readonly string[]
  /** Columns whose change makes a row another one; of the rest (sealed again each time) none counts. */
  readonly compared: readonly string[]
  /** Columns that no two rows may share. */
  readonly unique: readonly (readonly string[])[]
  /** Columns of which one at least must be equal for two rows of one key to be the same thing. */
  readonly identity: readonly string[]
  /** How a message names the other thing that holds a key: words, and the column whose value follows them. */
  readonly called?: { readonly words: string; readonly column: string }
  /** Whether `user_id` must be a user's. */
  readonly belongsToUser: boolean
  /** Columns by whose index a row is found, where the key alone has none. */
  readonly lookup?: readonly string[]
  /** A table whose rows of the same user are void once a row here has changed. */
  readonly voids?: string
}

/** Django's `auth_user`. */
export const usersTarget: Target = {
  table: 'users',
  key: 'id',
  columns: [
    'id',
    'username',
    'username_folded',
    'email',
    'email_folded',
    'password',
    'first_name',
    'last_name',
    'is_active',
    'is_staff',
    'is_superuser',
    'date_joined_at',
    'last_login_at',
  ],
  compared: [
    'username',
    'email',
    'password',
    'first_name',
    'last_name',
    'is_active',
    'is_staff',
    'is_superuser',
    'date_joined_at',
    'last_login_at',
  ],
  unique: [],
  identity: ['username_folded', 'date_joined_at'],
  called: { words: 'the account', column: 'username' },
  belongsToUser: false,
}

/** Django's ids where they are UUIDs. */
export const publicIdsTarget: Target = {
  table: 'public_ids',
  key: 'user_id',
  columns: ['user_id', 'public_id'],
  compared: ['public_id'],
  unique: [['public_id']],
  identity: ['public_id'],
  called: { words: 'the UUID', column: 'public_id' },
  belongsToUser: true,
}

/** allauth's `account_emailaddress`. */
export const emailAddressesTarget: Target = {
  table: 'email_addresses',
  key: 'id',
  columns: ['id', 'user_id', 'email', 'email_folded', 'is_verified', 'is_primary'],
  compared: ['user_id', 'email', 'is_verified', 'is_primary'],
  unique: [['user_id', 'email']],
  identity: ['user_id'],
  called: { words: 'one of user', column: 'user_id' },
  belongsToUser: true,
}

/** DRF's `authtoken_token`. */
export const authTokensTarget: Target = {
  table: 'auth_tokens',
  key: 'user_id',
  columns: ['user_id', 'key_hash', 'sealed_key', 'created_at'],
  compared: ['key_hash', 'created_at'],
  unique: [['key_hash']],
  identity: ['user_id'],
  belongsToUser: true,
}

/** allauth's `socialaccount_socialaccount`. */
export const socialAccountsTarget: Target = {
  table: 'social_accounts',
  key: 'id',
  columns: ['id', 'user_id', 'provider', 'uid', 'extra_data', 'last_login_at', 'date_joined_at'],
  compared: ['user_id', 'provider', 'uid', 'extra_data', 'last_login_at', 'date_joined_at'],
  unique: [['provider', 'uid']],
  identity: ['user_id', 'uid'],
  called: { words: 'one of user', column: 'user_id' },
  belongsToUser: true,
}

/** simplejwt's `token_blacklist_blacklistedtoken`; a spent token stays spent, so nothing is compared. */
export const spentRefreshTokensTarget: Target = {
  table: 'spent_refresh_tokens',
  key: 'jti',
  columns: ['jti', 'user_id', 'spent_at', 'expires_at'],
  compared: [],
  unique: [],
  identity: ['jti'],
  belongsToUser: false,
}

/** Authenticator apps; the secret is sealed again each time, so a date tells whether it is the same one. */
export const totpDevicesTarget: Target = {
  table: 'totp_devices',
  key: 'user_id',
  columns: ['user_id', 'sealed_secret', 'last_step', 'recovery_salt', 'created_at', 'last_used_at'],
  compared: ['created_at'],
  unique: [],
  identity: ['user_id'],
  belongsToUser: true,
  voids: 'recovery_codes',
}

/** Recovery codes; one that was used here stays used. */
export const recoveryCodesTarget: Target = {
  table: 'recovery_codes',
  key: 'code_hash',
  lookup: ['user_id', 'code_hash'],
  columns: ['code_hash', 'user_id', 'position', 'sealed_code', 'used_at'],
  compared: [],
  unique: [],
  identity: ['user_id'],
  belongsToUser: true,
}

/** Passkeys; a counter that went on here is no difference. */
export const passkeysTarget: Target = {
  table: 'passkeys',
  key: 'id',
  columns: [
    'id',
    'user_id',
    'credential_id',
    'public_key',
    'algorithm',
    'sign_count',
    'user_handle',
    'transports',
    'is_discoverable',
    'is_user_verified',
    'name',
    'created_at',
    'last_used_at',
  ],
  compared: ['user_id', 'credential_id', 'public_key', 'name', 'created_at'],
  unique: [['credential_id']],
  identity: ['credential_id'],
  called: { words: 'the passkey', column: 'credential_id' },
  belongsToUser: true,
}
