import type { Deps } from '../../deps.ts'
import { openAuthToken } from '../../core/tokens/auth-token.ts'
import type {
  ExportedAddress,
  ExportedAuthToken,
  ExportedSocialAccount,
  ExportedSpentToken,
  ExportedUser,
} from './read.ts'

/** One object of a Django fixture, already JSON. */
export type FixtureEntry = string

/** A time as `dumpdata` writes it. */
function fixtureTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z')
}

function entry(model: string, pk: number | string, fields: Readonly<Record<string, unknown>>) {
  return JSON.stringify({ model, pk, fields })
}

/** A user. Groups and permissions are left out, so that `loaddata` leaves those of Django alone. */
export function userEntry(
  user: ExportedUser,
  model: { readonly name: string; readonly usernameField: string },
): FixtureEntry {
  return entry(model.name, user.id, {
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
  })
}

/** An address of allauth. */
export function addressEntry(address: ExportedAddress): FixtureEntry {
  return entry('account.emailaddress', address.id, {
    user: address.userId,
    email: address.email,
    verified: address.isVerified,
    primary: address.isPrimary,
  })
}

/** A token with its key in clear, as Django keeps it; `undefined` when no secret opens it. */
export async function authTokenEntry(
  settings: Deps['settings'],
  token: ExportedAuthToken,
): Promise<FixtureEntry | undefined> {
  const opened = await openAuthToken(settings, token.sealedKey)
  if (opened === undefined) return undefined
  return entry('authtoken.token', opened.key, {
    user: token.userId,
    created: fixtureTime(token.createdAt),
  })
}

/** A social account; its data goes as it stands, so that no digit of a long number is lost. */
export function socialAccountEntry(account: ExportedSocialAccount): FixtureEntry {
  const fields = JSON.stringify({
    user: account.userId,
    provider: account.provider,
    uid: account.uid,
    last_login: fixtureTime(account.lastLoginAt),
    date_joined: fixtureTime(account.dateJoinedAt),
  })
  return `{"model":"socialaccount.socialaccount","pk":${account.id},"fields":${fields.slice(0, -1)},"extra_data":${account.extraData}}}`
}

/**
 * A spent refresh token as simplejwt blacklists it: by its `jti`. The token itself was never stored
 * here. Primary keys count from 1: the tables are emptied before such a fixture is loaded.
 */
export function spentTokenEntries(token: ExportedSpentToken, pk: number): readonly FixtureEntry[] {
  return [
    entry('token_blacklist.outstandingtoken', pk, {
      user: token.userId,
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
