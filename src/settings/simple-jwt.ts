/** simplejwt's `SIMPLE_JWT` settings. */
import { meaning } from './meaning.ts'
import {
  flag,
  oneOf,
  optionalString,
  seconds,
  string,
  stringList,
  trimmedString,
  usual,
} from './setting.ts'

const DAY_SECONDS = 86_400

/** djangorestframework-simplejwt's `SIMPLE_JWT`, its keys behind `SIMPLE_JWT_`. */
export const simpleJwtSettings = {
  SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: seconds(
    { min: 1 },
    300,
    meaning('Life of an access token, seconds.'),
  ),
  SIMPLE_JWT_REFRESH_TOKEN_LIFETIME: seconds(
    { min: 1 },
    DAY_SECONDS,
    meaning('Life of a refresh token, seconds.'),
  ),
  SIMPLE_JWT_ROTATE_REFRESH_TOKENS: flag(
    { safe: true, exact: false },
    meaning('A refresh answers with a new refresh token.'),
  ),
  SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: flag(
    { safe: true, exact: false },
    meaning('… and the old one is spent.'),
  ),
  SIMPLE_JWT_UPDATE_LAST_LOGIN: flag(false, meaning('A JWT login sets last_login.')),
  SIMPLE_JWT_ALGORITHM: oneOf(
    ['HS256', 'HS384', 'HS512', 'ES256', 'ES384', 'EdDSA', 'RS256', 'RS384', 'RS512'],
    'HS256',
    meaning('Signature algorithm; the asymmetric ones publish /.well-known/jwks.json.'),
  ),
  SIMPLE_JWT_SIGNING_KEY: usual(
    'pem',
    undefined,
    meaning('Key that signs: a secret, or a PKCS #8 PEM. Default: SECRET_KEY.'),
  ),
  SIMPLE_JWT_VERIFYING_KEY: usual(
    'pem',
    undefined,
    meaning(
      'Public key (SPKI PEM) of an asymmetric algorithm. Default: taken from the signing key.',
    ),
  ),
  SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: usual(
    'pemList',
    [],
    meaning(
      'Other public keys (SPKI PEM) that verify and stand in the JWKS: the one before, the next one.',
    ),
  ),
  SIMPLE_JWT_AUDIENCE: usual('audience', undefined, meaning('The claim aud: one name or a list.')),
  SIMPLE_JWT_ISSUER: optionalString(undefined, meaning('The claim iss.')),
  SIMPLE_JWT_LEEWAY: seconds(
    { min: 0 },
    0,
    meaning('Seconds of clock difference that are forgiven.'),
  ),
  SIMPLE_JWT_AUTH_HEADER_TYPES: stringList(
    ['Bearer'],
    meaning('First words of an Authorization header that carry a JWT.'),
  ),
  SIMPLE_JWT_AUTH_HEADER_NAME: trimmedString(
    'HTTP_AUTHORIZATION',
    meaning("The header's name, as WSGI spells it."),
  ),
  SIMPLE_JWT_USER_ID_FIELD: oneOf(
    ['id', 'username', 'email'],
    'id',
    meaning('Column that names the user.'),
  ),
  SIMPLE_JWT_USER_ID_CLAIM: string('user_id', meaning('Claim that names the user.')),
  SIMPLE_JWT_TOKEN_TYPE_CLAIM: optionalString(
    'token_type',
    meaning(
      'Claim that tells access from refresh; null (with DJANGO_COMPATIBILITY = exact): nothing does.',
    ),
  ),
  SIMPLE_JWT_JTI_CLAIM: string('jti', meaning("Claim of the token's id.")),
  SIMPLE_JWT_CHECK_REVOKE_TOKEN: flag(
    false,
    meaning('Tokens carry a digest of the password hash and die when it changes.'),
  ),
  SIMPLE_JWT_REVOKE_TOKEN_CLAIM: string('hash_password', meaning('Claim of that digest.')),
  SIMPLE_JWT_CHECK_USER_IS_ACTIVE: flag(true, meaning('Tokens of deactivated users are refused.')),
} as const
