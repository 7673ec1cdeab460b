/**
 * The two ceremonies of WebAuthn L3 §7, checked by @simplewebauthn/server, and what it leaves to its caller.
 * Read with the first of them, without the code for certificates (`tools/webauthn-plugin.ts`).
 */
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type VerifiedRegistrationResponse,
} from '@simplewebauthn/server'
import { decodeAttestationObject } from '@simplewebauthn/server/helpers'
import { decodeBase64Url, encodeBase64Url } from '../../../crypto.ts'
import { stripPadding } from '../../../strip.ts'
import { algorithmOfKey } from './cose-key.ts'
import { isFrameAllowed, readClientData, type GivenCredential } from './credential.ts'
import { orNothing } from './or-nothing.ts'
import type { RelyingParty } from './relying-party.ts'

/** A new passkey that proved itself. */
export type NewPasskey = {
  readonly credentialId: string
  /** COSE key, base64url. */
  readonly publicKey: string
  readonly algorithm: number
  readonly signCount: number
  readonly isUserVerified: boolean
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
}

/** Checks a registration for `challenge` (§7.1); `undefined` where anything is wrong with it. */
export async function verifyRegistration(
  party: RelyingParty,
  credential: GivenCredential,
  challenge: string,
): Promise<NewPasskey | undefined> {
  if (!isInPlace(party, credential)) return undefined
  const verified = await orNothing(() => {
    if (!isAttestationPlain(credential)) return undefined
    return verifyRegistrationResponse({
      // Its shape is checked by the library; the types say what honest browsers send.
      response: credential as unknown as RegistrationResponse,
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: [...party.ids],
      requireUserVerification: party.requiresUserVerification,
      supportedAlgorithmIDs: [...party.algorithms],
    })
  })
  return verified?.verified === true ? newPasskey(credential, verified) : undefined
}

async function newPasskey(
  { rawId }: GivenCredential,
  { registrationInfo }: VerifiedRegistrationResponse & { readonly verified: true },
): Promise<NewPasskey | undefined> {
  const { credential, userVerified, credentialDeviceType, credentialBackedUp } = registrationInfo
  // The id in the envelope is not signed; the one that is attested must be the same.
  if (credential.id !== rawId) return undefined
  const publicKey = new Uint8Array(credential.publicKey)
  const algorithm = await orNothing(() => algorithmOfKey(publicKey))
  if (algorithm === undefined) return undefined
  return {
    credentialId: credential.id,
    publicKey: encodeBase64Url(publicKey),
    algorithm,
    signCount: credential.counter,
    isUserVerified: userVerified,
    isBackupEligible: credentialDeviceType === 'multiDevice',
    isBackedUp: credentialBackedUp,
  }
}

/** A passkey as it is stored. */
export type StoredPasskey = {
  readonly credentialId: string
  readonly publicKey: string
  readonly signCount: number
  /** Null where it is not known yet. */
  readonly isBackupEligible: boolean | null
  /** User handles that it may bring: its own, and the form that dj-rest-auth gave it. */
  readonly userHandles: readonly string[]
}

/** What an assertion proved. */
export type Assertion = {
  readonly signCount: number
  readonly isUserVerified: boolean
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
}

/**
 * Checks an assertion of a known passkey (§7.2) for one of `challenges`; `undefined` where anything is wrong with
 * it.
 */
export async function verifyAssertion(
  party: RelyingParty,
  credential: GivenCredential,
  {
    challenges,
    passkey,
  }: { readonly challenges: readonly string[]; readonly passkey: StoredPasskey },
): Promise<Assertion | undefined> {
  if (!isInPlace(party, credential) || !isOwnHandle(credential, passkey)) return undefined
  const publicKey = bytesOf(passkey.publicKey)
  const verified = await orNothing(() =>
    verifyAuthenticationResponse({
      response: credential as unknown as AuthenticationResponse, // as above
      expectedChallenge: (challenge) => challenges.includes(challenge),
      expectedOrigin: [...party.origins],
      expectedRPID: [...party.ids],
      expectedTopOrigin: [...party.topOrigins],
      requireUserVerification: party.requiresUserVerification,
      credential: { id: passkey.credentialId, publicKey, counter: passkey.signCount },
    }),
  )
  if (verified?.verified !== true) return undefined
  const { newCounter, userVerified, credentialDeviceType, credentialBackedUp } =
    verified.authenticationInfo
  const isBackupEligible = credentialDeviceType === 'multiDevice'
  // Whether a passkey may be copied never changes (§7.2 step 19): who says otherwise is another one.
  if (passkey.isBackupEligible !== null && passkey.isBackupEligible !== isBackupEligible) {
    return undefined
  }
  return {
    signCount: newCounter,
    isUserVerified: userVerified,
    isBackupEligible,
    isBackedUp: credentialBackedUp,
  }
}

type RegistrationResponse = Parameters<typeof verifyRegistrationResponse>[0]['response']
type AuthenticationResponse = Parameters<typeof verifyAuthenticationResponse>[0]['response']

function isInPlace(party: RelyingParty, { response }: GivenCredential): boolean {
  const clientData = readClientData(response['clientDataJSON'])
  return clientData !== undefined && isFrameAllowed(clientData, party.topOrigins)
}

/** An authenticator that knows the user names the passkey's own (§7.2 step 6). */
function isOwnHandle({ response }: GivenCredential, { userHandles }: StoredPasskey): boolean {
  const handle = response['userHandle']
  if (handle === undefined || handle === null || handle === '') return true
  return typeof handle === 'string' && userHandles.includes(stripPadding(handle))
}

/**
 * No attestation, or one that the passkey signs itself: what browsers send where nothing else is asked for.
 * Statements with certificates are refused, because their issuers cannot be checked here.
 * @throws where it is no attestation object
 */
function isAttestationPlain({ response }: GivenCredential): boolean {
  const object = decodeAttestationObject(bytesOf(response['attestationObject']))
  const format = object.get('fmt')
  return (
    format === 'none' || (format === 'packed' && object.get('attStmt').get('x5c') === undefined)
  )
}

/** The bytes of base64url; none where it is something else. */
function bytesOf(text: unknown): Uint8Array<ArrayBuffer> {
  return decodeBase64Url(String(text)) ?? new Uint8Array()
}
