/** What the passkey endpoints share: JSON Schemas, the body of a passkey, and their refusals. */
import { message } from '../../i18n/message.ts'
import type { UnprovedPasskey } from '../../core/second-factor/passkey-assertion.ts'
import type { OwnPasskey } from '../../core/second-factor/passkeys.sql.ts'
import { relyingParty, type RelyingParty } from '../../core/second-factor/webauthn/relying-party.ts'
import { nonFieldError, type ApiError } from '../../web/errors.ts'
import type { Context } from './define-route.ts'
import { dateTimeBody } from './serializers.ts'

const STRING = { type: 'string' } as const
const OBJECT = { type: 'object' } as const
const LIST = { type: 'array', items: OBJECT } as const

/** A passkey as its owner sees it. */
export const passkeySchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    name: STRING,
    credential_id: STRING,
    created_at: { type: 'string', format: 'date-time' },
    last_used_at: { type: ['string', 'null'], format: 'date-time' },
    transports: { type: 'array', items: STRING },
    discoverable: { type: 'boolean' },
  },
  required: [
    'id',
    'name',
    'credential_id',
    'created_at',
    'last_used_at',
    'transports',
    'discoverable',
  ],
} as const

/** What `navigator.credentials.create()` takes (WebAuthn L3 §5.1.8). */
export const creationOptionsSchema = {
  type: 'object',
  properties: {
    rp: OBJECT,
    user: OBJECT,
    challenge: STRING,
    pubKeyCredParams: LIST,
    timeout: { type: 'number' },
    excludeCredentials: LIST,
    authenticatorSelection: OBJECT,
    attestation: STRING,
    extensions: OBJECT,
  },
  required: [
    'rp',
    'user',
    'challenge',
    'pubKeyCredParams',
    'timeout',
    'excludeCredentials',
    'authenticatorSelection',
    'attestation',
  ],
} as const

/** What `navigator.credentials.get()` takes (§5.1.9), and the session id to send along with its answer. */
export const requestOptionsSchema = {
  type: 'object',
  properties: {
    challenge: STRING,
    timeout: { type: 'number' },
    rpId: STRING,
    allowCredentials: LIST,
    userVerification: STRING,
    session_id: STRING,
  },
  required: ['challenge', 'timeout', 'rpId', 'allowCredentials', 'userVerification', 'session_id'],
} as const

/** A row is not a response: only these columns leave. */
export function passkeyBody(passkey: OwnPasskey): Readonly<Record<string, unknown>> {
  return {
    id: passkey.id,
    name: passkey.name,
    credential_id: passkey.credentialId,
    created_at: dateTimeBody(passkey.createdAt),
    last_used_at: passkey.lastUsedAt === null ? null : dateTimeBody(passkey.lastUsedAt),
    transports: passkey.transports,
    discoverable: passkey.isDiscoverable,
  }
}

const UNCONFIGURED = message('passkeys_not_configured')

/**
 * The relying party of this request: the domain that passkeys are bound to (WebAuthn L3 §4).
 *
 * @throws ApiError 400 where the settings name none
 */
export function requireRelyingParty({
  deps,
  request,
}: Pick<Context, 'deps' | 'request'>): RelyingParty {
  const party = relyingParty(deps.settings, request.headers.get('origin') ?? undefined)
  if (party === undefined) throw nonFieldError(UNCONFIGURED)
  return party
}

/**
 * 400 for a passkey response that proves nothing. It does not say which check failed, except an expired challenge,
 * after which the client should begin again.
 */
export function passkeyProofError({ kind }: UnprovedPasskey): ApiError {
  switch (kind) {
    case 'challenge_expired':
      return nonFieldError(message('assertion_challenge_over'))
    case 'not_a_credential':
      return nonFieldError(message('assertion_unreadable'))
    case 'unknown_credential':
      return nonFieldError(message('assertion_unknown'))
    case 'verification_failed':
      return nonFieldError(message('assertion_refused'))
  }
}
