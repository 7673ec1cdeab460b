/** Which account a JWT names: by `SIMPLE_JWT_USER_ID_CLAIM`, whose value may be an id, a UUID or a username. */
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { parseUuid } from '../users/public-id.ts'
import type { User } from '../users/user.ts'
import type { UserClaim } from '../users/users.sql.ts'
import type { Claims } from './jwt.ts'

/** The settings that say how a token names its user. */
type OwnerClaimSettings = Pick<
  Settings,
  'SIMPLE_JWT_USER_ID_CLAIM' | 'SIMPLE_JWT_USER_ID_FIELD' | 'USER_PK'
> &
  PolicyOf<'tokens'>

/** A claim that names the account beside a username, which another one may have tomorrow. */
const ACCOUNT_ID_CLAIM = 'account_id'

/**
 * The user that a token names; `undefined` where the claim is invalid. A username is not enough: it may have changed
 * hands since the token was issued, and the token of one account would open another.
 */
export function ownerOfClaims(settings: OwnerClaimSettings, claims: Claims): UserClaim | undefined {
  const claim = claims[settings.SIMPLE_JWT_USER_ID_CLAIM]
  if (settings.SIMPLE_JWT_USER_ID_FIELD === 'id') return ownerOfId(settings, claim)
  // No address: the settings refuse that.
  const field = 'username'
  const value = userClaim(field, claim)
  if (value === undefined) return undefined
  if (!settings.policy.tokens.nameAccountId) {
    const issuedAt = claims['iat']
    return typeof issuedAt === 'number' ? { field, value, issuedAt } : undefined
  }
  const id = userClaim('id', claims[ACCOUNT_ID_CLAIM])
  return id === undefined ? undefined : { field, value, id }
}

/**
 * The account that an id names: a public one where clients see those. Tokens from before `USER_PK = "uuid"` name the row;
 * they are signed, and stay good until they expire.
 */
export function ownerOfId(
  { USER_PK }: Pick<Settings, 'USER_PK'>,
  id: unknown,
): UserClaim | undefined {
  const publicId = USER_PK === 'uuid' && typeof id === 'string' ? parseUuid(id) : undefined
  if (publicId !== undefined) return { field: 'public_id', value: publicId }
  const value = userClaim('id', id)
  return value === undefined ? undefined : { field: 'id', value }
}

/** How tokens name a user: by the column that the settings say, or by the public id. */
export function userNameInTokens(
  settings: Pick<Settings, 'SIMPLE_JWT_USER_ID_FIELD' | 'USER_PK'>,
  user: User,
): string {
  const field = settings.SIMPLE_JWT_USER_ID_FIELD
  if (field !== 'id') return user[field]
  return (settings.USER_PK === 'uuid' ? user.more?.publicId : undefined) ?? String(user.id)
}

/** What a token contains in addition to a username. */
export function accountIdClaim(settings: OwnerClaimSettings, userId: number): Claims {
  const isNamed =
    settings.SIMPLE_JWT_USER_ID_FIELD === 'username' && settings.policy.tokens.nameAccountId
  return isNamed ? { [ACCOUNT_ID_CLAIM]: String(userId) } : {}
}

/** The user a claim names, if it is valid: `true`, `1.5` and `" 1 "` are not. */
export function userClaim(field: 'id' | 'username' | 'email', claim: unknown): string | undefined {
  if (field !== 'id') return typeof claim === 'string' ? claim : undefined
  if (typeof claim === 'number') {
    if (!Number.isInteger(claim)) return undefined
    return Number.isSafeInteger(claim) ? String(claim) : NO_OWNER_CLAIM
  }
  if (typeof claim !== 'string' || !/^-?\d+$/.test(claim)) return undefined
  return claim.length <= 18 ? claim : NO_OWNER_CLAIM
}

/** Ids beyond SQLite's integers are valid, but no account has one. */
const NO_OWNER_CLAIM = '-1'
