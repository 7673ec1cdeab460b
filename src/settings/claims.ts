/** Settings of what access tokens say of the user. */
import { parseJwtClients, type JwtClient } from './jwt-clients.ts'
import { meaning } from './meaning.ts'
import { ROLE_NAMES, type RoleName } from './role-names.ts'
import { integer, oneOf, structured } from './setting.ts'

/** A custom claim in access and refresh tokens: taken from the user, or the same for everyone. */
export type OwnClaim = { readonly claim: string; readonly from: string; readonly value?: unknown }

/** How tokens identify users, and their claims. */
export const claimSettings = {
  USER_PK: oneOf(
    ['integer', 'uuid'],
    'integer',
    meaning(
      'What clients see as pk and tokens as user_id: the number of the row, or a UUID that tells nothing.',
    ),
  ),
  USER_ROLES: structured<readonly RoleName[]>(
    parseRoles,
    [],
    meaning('What user/ shows of rights: is_staff, is_superuser, groups, permissions, roles.'),
  ),
  JWT_CLAIMS_MAX_BYTES: integer(
    { min: 0, max: 16_384 },
    2_048,
    meaning(
      'Longest that claims of your own may be in a token, all together; what goes beyond is left out.',
    ),
  ),
  JWT_CLAIMS: structured<readonly OwnClaim[]>(
    parseClaims,
    [],
    meaning(
      'Claims of your own by name: {"plan": "plan", "roles": "roles", "tenant": {"value": "acme"}}; see docs/roles-and-claims.md.',
    ),
  ),
  JWT_CLIENTS: structured<readonly JwtClient[]>(
    parseJwtClients,
    [],
    meaning(
      'Apps whose tokens say aud, iss and sub of their own, by client_id: {"shop": {"aud": "https://api.shop.example"}}; see docs/roles-and-claims.md.',
    ),
  ),
} as const

/** Which roles access tokens carry. */
function parseRoles(raw: unknown): readonly RoleName[] {
  const words: readonly unknown[] =
    typeof raw === 'string'
      ? raw.split(',').map((word) => word.trim())
      : Array.isArray(raw)
        ? raw
        : []
  const given = words.filter((word) => word !== '')
  const roles = ROLE_NAMES.filter((name) => given.includes(name))
  if (roles.length < given.length) throw new Error(`may hold ${ROLE_NAMES.join(', ')}`)
  return roles
}

/** Claims taken from fields of the user, by name. */
function parseClaims(raw: unknown): readonly OwnClaim[] {
  if (raw === '' || raw === null) return []
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new Error('must be an object of claims and what they are taken from')
  }
  return Object.entries<unknown>({ ...raw }).map(([claim, from]) => {
    if (typeof from === 'string') return { claim, from }
    if (typeof from === 'object' && from !== null && 'value' in from) {
      return { claim, from: '', value: from.value }
    }
    throw new Error(`has ${claim}, which is neither the name of a field nor {"value": …}`)
  })
}
