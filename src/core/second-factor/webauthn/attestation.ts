/** The credential in an attestation object. Attestation statements are not evaluated: we ask for `none`. */
import { decodeAttestationObject, parseAuthenticatorData } from '@simplewebauthn/server/helpers'

/** What an attestation object of an earlier registration says (WebAuthn L3 §6.5), of which nothing is verified. */
export type AttestedCredential = {
  readonly credentialId: Uint8Array<ArrayBuffer>
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly signCount: number
  readonly isUserVerified: boolean
}

/** Reads one; `undefined` where it is none. */
export function readAttestation(bytes: Uint8Array<ArrayBuffer>): AttestedCredential | undefined {
  try {
    const data = parseAuthenticatorData(decodeAttestationObject(bytes).get('authData'))
    const { credentialID, credentialPublicKey, counter, flags } = data
    return (
      credentialID &&
      credentialPublicKey && {
        credentialId: new Uint8Array(credentialID),
        publicKey: new Uint8Array(credentialPublicKey),
        signCount: counter,
        isUserVerified: flags.uv,
      }
    )
  } catch {
    return undefined
  }
}
