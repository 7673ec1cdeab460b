import type { PasskeyCreationOptions, PasskeyRequestOptions } from 'rest-auth-edge/client'

/** Whether the browser can read the service's options by itself; `@simplewebauthn/browser` does it for older ones. */
export const canUsePasskeys =
  typeof PublicKeyCredential === 'function' && 'parseCreationOptionsFromJSON' in PublicKeyCredential

/** Lets the browser make a passkey; `undefined` where its user does not want to, or has one already. */
export async function makePasskey(options: PasskeyCreationOptions): Promise<object | undefined> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return jsonOf(navigator.credentials.create({ publicKey }))
}

/** Lets the browser prove one. */
export async function provePasskey(options: PasskeyRequestOptions): Promise<object | undefined> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return jsonOf(navigator.credentials.get({ publicKey }))
}

async function jsonOf(asked: Promise<Credential | null>): Promise<object | undefined> {
  try {
    const credential = await asked
    return credential instanceof PublicKeyCredential ? credential.toJSON() : undefined
  } catch {
    return undefined
  }
}
