/** Claims that tokens mean something by already: neither settings, fields nor hooks may say something else by them. */
import type { Settings } from './table.ts'

const ALWAYS = [
  'exp',
  'iat',
  'nbf',
  'aud',
  'iss',
  'family',
  'proved_at',
  'account_id',
  'active',
  'jti',
  'token_type',
  'token_version',
  'user_id',
  'cnf',
  'act',
  'azp',
  // How long a login lasts is counted from the one, and whether it outlives the browser is the other's to say.
  'auth_time',
  'remember',
]

/** What resource servers ask for before they allow what only a strong login may (RFC 9470). */
const OF_METHODS = ['acr', 'amr']

/** The names of claims that are the service's own. */
export function reservedClaims({
  JWT_AUTH_METHOD_CLAIMS,
}: Pick<Settings, 'JWT_AUTH_METHOD_CLAIMS'>): readonly string[] {
  return [...ALWAYS, ...(JWT_AUTH_METHOD_CLAIMS ? OF_METHODS : [])]
}
