/** Claims that the settings add to access tokens. */
import type { OwnClaim } from '../../settings/claims.ts'
import type { RoleName } from '../../settings/role-names.ts'
import { clientOfClaims, type JwtClientSettings } from '../../settings/jwt-clients.ts'
import type { Settings } from '../../settings/parse.ts'
import { ownValueOf } from '../users/own-fields.ts'
import { rolesOf } from '../users/roles.ts'
import type { User } from '../users/user.ts'
import type { Claims } from './jwt.ts'
import { userNameInTokens } from './token-owner.ts'

/** The settings that put claims into tokens. */
export type ClaimSettings = Pick<
  Settings,
  'JWT_CLAIMS' | 'JWT_CLAIMS_MAX_BYTES' | 'USER_FIELDS' | 'USER_PK'
> &
  JwtClientSettings

/**
 * Custom claims (`JWT_CLAIMS`, and own fields with `jwt`), from the user as it is now. A claim that would make
 * them longer than `JWT_CLAIMS_MAX_BYTES` is left out: a service that checks it finds nothing, and rejects the token.
 * `of`: claims that name the client, where the token is for one, whose `sub` goes before that of everyone.
 */
export function ownClaims(settings: ClaimSettings, user: User, of: Claims = {}): Claims {
  const { USER_FIELDS, JWT_CLAIMS, JWT_CLAIMS_MAX_BYTES } = settings
  const ofFields = USER_FIELDS.filter(({ jwt }) => jwt).map(
    ({ name }) => ({ claim: name.replace('.', '_'), from: name }) satisfies OwnClaim,
  )
  const claims: Record<string, unknown> = {}
  let bytes = 0
  for (const own of [...ofFields, ...JWT_CLAIMS]) {
    const value = valueOf(settings, user, own)
    bytes += new TextEncoder().encode(JSON.stringify([own.claim, value])).length
    // Set all the same: what an older token said must not stay.
    claims[own.claim] = bytes > JWT_CLAIMS_MAX_BYTES ? undefined : value
  }
  const client = clientOfClaims(settings, of)
  if (typeof client === 'string' || client.sub === undefined) return claims
  return { ...claims, sub: valueOf(settings, user, { claim: 'sub', from: client.sub }) }
}

function valueOf(settings: ClaimSettings, user: User, { from, value }: OwnClaim): unknown {
  if (from === '') return value
  switch (from) {
    case 'pk':
      return userNameInTokens({ ...ID_FIELD, USER_PK: settings.USER_PK }, user)
    case 'username':
    case 'email':
      return user[from]
    case 'first_name':
      return user.firstName
    case 'last_name':
      return user.lastName
    case 'is_staff':
    case 'is_superuser':
    case 'groups':
    case 'permissions':
    case 'roles':
      return rolesOf(user)[from satisfies RoleName]
    default: {
      const field = settings.USER_FIELDS.find(({ name }) => name === from)
      return field === undefined ? undefined : ownValueOf(field, user.more?.own)
    }
  }
}

const ID_FIELD = { SIMPLE_JWT_USER_ID_FIELD: 'id' } as const
