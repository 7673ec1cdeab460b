/** Second factors and passkeys as dj-rest-auth or allauth store them. */
import { decodeBase64Url, encodeBase64, encodeBase64Url, utf8 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { allauthHandle } from '../../core/second-factor/passkey-options.ts'
import { openRecoveryCodes, openTotpSecret } from '../../core/second-factor/stored-factor.ts'
import { entry, fixtureTime, userNames, type FixtureEntry } from './entries.ts'
import {
  exportedDevices,
  exportedPasskeys,
  type ExportedDevice,
  type ExportedPasskey,
} from './read.ts'

/** Whose tables second factors go to. */
export type FactorApp = 'dj-rest-auth' | 'allauth'

/** Why a second factor cannot be exported. */
export type LeftBehind =
  /** Hashed, or derived otherwise there. */
  | 'recovery_codes'
  /** Sealed under a secret that is gone. */
  | 'secret'
  /** The app looks for the owner in the user handle, where this passkey has another one. */
  | 'passkey_handle'

type FactorDeps = Pick<Deps, 'db' | 'settings' | 'randomBytes'>
type Report = (left: LeftBehind, userId: number) => void

/** Entries of second factors and passkeys. Primary keys count from 1: nothing refers to them. */
export async function* factorEntries(
  deps: FactorDeps,
  app: FactorApp,
  report: Report,
): AsyncGenerator<readonly [string, FixtureEntry]> {
  let pk = 0
  const nameOf = userNames(deps.settings)
  for await (const device of exportedDevices(deps.db)) {
    const user = await nameOf(device.userId, device.publicId)
    for (const [type, data] of await authenticatorsOf(deps, device, { app, report })) {
      pk += 1
      yield ['secondFactors', authenticator(app, pk, { ...device, user, type, data })]
    }
  }
  for await (const passkey of exportedPasskeys(deps.db)) {
    const user = await nameOf(passkey.userId, passkey.publicId)
    if (app === 'dj-rest-auth') {
      yield ['passkeys', passkeyEntry(passkey, user)]
      continue
    }
    if (passkey.userHandle !== allauthHandle(user)) report('passkey_handle', passkey.userId)
    pk += 1
    const data = await allauthPasskey(deps.settings, passkey)
    yield ['passkeys', authenticator(app, pk, { ...passkey, user, type: 'webauthn', data })]
  }
}

/** A row of an authenticator, before it becomes an entry. */
type Authenticator = Pick<ExportedDevice, 'createdAt' | 'lastUsedAt'> & {
  readonly user: number | string
  readonly type: string
  readonly data: unknown
}

const MODELS = { 'dj-rest-auth': 'dj_rest_auth_mfa.authenticator', allauth: 'mfa.authenticator' }

function authenticator(app: FactorApp, pk: number, row: Authenticator): FixtureEntry {
  return entry(MODELS[app], pk, {
    user: row.user,
    type: row.type,
    data: row.data,
    created_at: fixtureTime(row.createdAt),
    last_used_at: row.lastUsedAt === null ? null : fixtureTime(row.lastUsedAt),
  })
}

/** The rows that one app has in the package's table: secret, and recovery codes where they can be exported. */
async function authenticatorsOf(
  deps: FactorDeps,
  device: ExportedDevice,
  { app, report }: { readonly app: FactorApp; readonly report: Report },
): Promise<readonly (readonly [string, unknown])[]> {
  const quiet = { ...deps, deferWrites: () => undefined, log: () => undefined }
  const secret = await openTotpSecret(quiet, device)
  if (secret === undefined) {
    report('secret', device.userId)
    return []
  }
  const sealed = JSON.parse(device.unusedCodes) as readonly (string | null)[] // written by our query
  const codes = app === 'allauth' ? await openRecoveryCodes(deps.settings, sealed) : []
  const isWhole = sealed.length > 0 && codes.length === sealed.length
  if (sealed.length > 0 && !isWhole) report('recovery_codes', device.userId)
  return [
    ['totp', { secret }],
    ...(isWhole ? [['recovery_codes', { migrated_codes: codes, used_mask: 0 }] as const] : []),
  ]
}

/** A passkey of dj-rest-auth. */
function passkeyEntry(passkey: ExportedPasskey, user: number | string): FixtureEntry {
  return entry('passkeys.webauthncredential', passkey.id, {
    user,
    name: passkey.name,
    credential_id: base64Of(passkey.credentialId),
    public_key: base64Of(passkey.publicKey),
    sign_count: passkey.signCount,
    transports: passkey.transports,
    discoverable: passkey.isDiscoverable,
    created_at: fixtureTime(passkey.createdAt),
    last_used_at: passkey.lastUsedAt === null ? null : fixtureTime(passkey.lastUsedAt),
  })
}

/**
 * What allauth stores of a passkey: the browser's registration response, from which it reads the key each time. It
 * is not verified again, so one can be built from what is stored here, with attestation `none`.
 */
async function allauthPasskey(
  { PASSKEY_RP_ID }: Deps['settings'],
  passkey: ExportedPasskey,
): Promise<unknown> {
  const clientData = { type: 'webauthn.create', challenge: '', origin: '' }
  return {
    name: passkey.name,
    credential: {
      id: passkey.credentialId,
      rawId: passkey.credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: encodeBase64Url(utf8(JSON.stringify(clientData))),
        attestationObject: encodeBase64Url(
          attestationOf(await sha256(PASSKEY_RP_ID[0] ?? ''), passkey),
        ),
        transports: passkey.transports,
      },
      clientExtensionResults: { credProps: { rk: passkey.isDiscoverable } },
    },
  }
}

/** WebAuthn L3 §6.1; `attested`: credential data is included. */
const FLAGS = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, attested: 0x40 }
/** Zeros: the authenticator's model is not stored. */
const AAGUID_BYTES = 16

/** An attestation object with attestation `none` (WebAuthn L3 §6.5, §8.7). */
function attestationOf(rpIdHash: Uint8Array, passkey: ExportedPasskey): Uint8Array<ArrayBuffer> {
  const credentialId = bytesOf(passkey.credentialId)
  const flags =
    FLAGS.present |
    FLAGS.attested |
    (passkey.isUserVerified ? FLAGS.verified : 0) |
    (passkey.isBackupEligible === true ? FLAGS.eligible : 0) |
    (passkey.isBackedUp ? FLAGS.backedUp : 0)
  const authData = Uint8Array.from([
    ...rpIdHash,
    flags,
    ...bigEndian(passkey.signCount, 4),
    ...new Uint8Array(AAGUID_BYTES),
    ...bigEndian(credentialId.length, 2),
    ...credentialId,
    ...bytesOf(passkey.publicKey),
  ])
  // CBOR by hand (RFC 8949 §3): a map of three entries; the byte string has a 16 bit length.
  return Uint8Array.from([
    0xa3,
    ...cborText('fmt'),
    ...cborText('none'),
    ...cborText('attStmt'),
    0xa0,
    ...cborText('authData'),
    0x59,
    ...bigEndian(authData.length, 2),
    ...authData,
  ])
}

function cborText(text: string): readonly number[] {
  return [0x60 + text.length, ...utf8(text)]
}

function bigEndian(value: number, bytes: number): readonly number[] {
  return Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** (bytes - 1 - at)) % 256)
}

function bytesOf(base64Url: string): Uint8Array<ArrayBuffer> {
  return decodeBase64Url(base64Url) ?? utf8('')
}

function base64Of(base64Url: string): string {
  return encodeBase64(bytesOf(base64Url))
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text)))
}
