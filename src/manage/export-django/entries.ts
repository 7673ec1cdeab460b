/** From rows here to objects of a Django fixture. Pure; the inverse of `import-django/rows.ts`. */
import type { Deps } from '../../deps.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { derivedPublicId } from '../../core/tokens/public-id.ts'
import { openAuthToken } from '../../core/tokens/auth-token.ts'
import type {
  ExportedAddress,
  ExportedAuthToken,
  ExportedGroup,
  ExportedSocialAccount,
  ExportedSpentToken,
  ExportedUser,
} from './read.ts'

/** One object of a fixture, as JSON text. */
export type FixtureEntry = string

/** A time as `dumpdata` writes it. */
export function fixtureTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z')
}

/** An object of a fixture. */
export function entry(
  model: string,
  pk: number | string | null,
  fields: Readonly<Record<string, unknown>>,
): FixtureEntry {
  return JSON.stringify({ model, pk, fields })
}

/** Facts about the user model, and whether rights are stored here: otherwise those in Django are not changed. */
export type ExportedModel = {
  readonly name: string
  readonly usernameField: string
  readonly hasRights: boolean
  /** Own fields in columns of the user model. */
  readonly fields: readonly OwnField[]
}

/** What Django knows a user by: see `userNames`. */
export type NameOfUser = (userId: number, publicId: string | null) => Promise<number | string>

/** What Django's rows call a user by: numbers, or UUIDs with `USER_PK = "uuid"`. */
export function userNames(settings: Deps['settings']): NameOfUser {
  return async (userId, publicId) =>
    settings.USER_PK === 'uuid' ? (publicId ?? derivedPublicId(settings, userId)) : userId
}

/** A group with its permissions. */
export function groupEntry({ id, name, permissions }: ExportedGroup): FixtureEntry {
  const keys: unknown = JSON.parse(permissions)
  return entry('auth.group', id, { name, permissions: keys })
}

/**
 * A row of one user in a profile table. Only our own loader command reads it: it finds the row by its user, whose
 * id is not known here.
 */
export function profileEntry(
  { user, pk }: { readonly user: ExportedUser; readonly pk: number | string },
  table: string,
  fields: readonly OwnField[],
): FixtureEntry | undefined {
  const values = columnsOf(user, fields)
  if (Object.keys(values).length === 0) return undefined
  const at = table.lastIndexOf('_')
  return entry(`${table.slice(0, at)}.${table.slice(at + 1)}`, null, { user: pk, ...values })
}

/** Values by Django's columns; values that were never given are left out. */
function columnsOf({ own }: ExportedUser, fields: readonly OwnField[]) {
  const document: Readonly<Record<string, unknown>> = own === null ? {} : readDocument(own)
  const given = fields.filter(({ name }) => name in document)
  return Object.fromEntries(
    given.map(({ name, django = '' }) => [django.slice(django.indexOf('.') + 1), document[name]]),
  )
}

function readDocument(text: string): Readonly<Record<string, unknown>> {
  // The service has written it as an object.
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}

/** A user. */
export function userEntry(
  { user, pk }: { readonly user: ExportedUser; readonly pk: number | string },
  model: ExportedModel,
): FixtureEntry {
  return entry(model.name, pk, {
    password: user.password,
    last_login: user.lastLoginAt === null ? null : fixtureTime(user.lastLoginAt),
    is_superuser: user.isSuperuser,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    is_staff: user.isStaff,
    is_active: user.isActive,
    date_joined: fixtureTime(user.dateJoinedAt),
    ...(model.usernameField === 'email' ? {} : { [model.usernameField]: user.username }),
    ...columnsOf(user, model.fields),
    ...(model.hasRights ? rightsOf(user) : {}),
  })
}

/** Groups and permissions as natural keys. */
function rightsOf({ groups, permissions }: ExportedUser): Readonly<Record<string, unknown>> {
  return { groups: JSON.parse(groups), user_permissions: JSON.parse(permissions) }
}

/** An address of allauth. */
export function addressEntry(address: ExportedAddress, user: number | string): FixtureEntry {
  return entry('account.emailaddress', address.id, {
    user,
    email: address.email,
    verified: address.isVerified,
    primary: address.isPrimary,
  })
}

/** An auth token with its key in clear, as Django stores it; `undefined` where no current secret opens it. */
export async function authTokenEntry(
  settings: Deps['settings'],
  token: ExportedAuthToken,
  user: number | string,
): Promise<FixtureEntry | undefined> {
  const opened = await openAuthToken(settings, token.sealedKey)
  if (opened === undefined) return undefined
  return entry('authtoken.token', opened.key, {
    user,
    created: fixtureTime(token.createdAt),
  })
}

/** A social account; its data is copied unchanged, so that no digit of a long number is lost. */
export function socialAccountEntry(
  account: ExportedSocialAccount,
  user: number | string,
): FixtureEntry {
  const fields = JSON.stringify({
    user,
    provider: account.provider,
    uid: account.uid,
    last_login: fixtureTime(account.lastLoginAt),
    date_joined: fixtureTime(account.dateJoinedAt),
  })
  return `{"model":"socialaccount.socialaccount","pk":${account.id},"fields":${fields.slice(0, -1)},"extra_data":${account.extraData}}}`
}

/**
 * A spent refresh token as simplejwt blacklists it, by its `jti`: the token itself was never stored. Primary keys
 * count from 1, because the tables are emptied before such a fixture is loaded.
 */
export function spentTokenEntries(
  token: ExportedSpentToken,
  user: number | string | null,
  pk: number,
): readonly FixtureEntry[] {
  return [
    entry('token_blacklist.outstandingtoken', pk, {
      user,
      jti: token.jti,
      token: '',
      created_at: null,
      expires_at: fixtureTime(token.expiresAt),
    }),
    entry('token_blacklist.blacklistedtoken', pk, {
      token: pk,
      blacklisted_at: fixtureTime(token.spentAt),
    }),
  ]
}
