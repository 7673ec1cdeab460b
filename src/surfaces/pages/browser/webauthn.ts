/** The browser's WebAuthn calls, with the API's JSON in place of bytes. */

/** Options as the API answers them: JSON with bytes as base64url (WebAuthn L3 §5.1.8, §5.1.9). */
type Options = Readonly<Record<string, unknown>>

/** How passkeys are offered, and what cancels that. */
type RequestOptions = Pick<CredentialRequestOptions, 'mediation' | 'signal'>

/** Whether the browser supports passkeys here; only secure origins have them. */
export function knowsPasskeys(): boolean {
  return typeof PublicKeyCredential === 'function'
}

/** Lets the browser create a passkey; rejects where the user cancels, or the authenticator already has one. */
export async function createPasskey(options: Options): Promise<unknown> {
  const user = recordOf(options['user'])
  const publicKey = {
    ...options,
    challenge: bytesOf(options['challenge']),
    user: { ...user, id: bytesOf(user['id']) },
    excludeCredentials: descriptorsOf(options['excludeCredentials']),
  }
  // The API's options are these, but for the bytes.
  const made = await navigator.credentials.create({
    publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions,
  })
  return jsonOf(made, ['clientDataJSON', 'attestationObject'])
}

/** Lets the browser sign with a passkey; rejects where the user cancels, or the request is aborted. */
export async function getPasskey(options: Options, request: RequestOptions): Promise<unknown> {
  const publicKey = {
    ...options,
    challenge: bytesOf(options['challenge']),
    allowCredentials: descriptorsOf(options['allowCredentials']),
  }
  const found = await navigator.credentials.get({
    ...request,
    publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions, // as above
  })
  return jsonOf(found, ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle'])
}

function jsonOf(credential: Credential | null, parts: readonly string[]): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('no passkey')
  const { response } = credential
  const bytes = parts.map((name): [string, unknown] => [name, Reflect.get(response, name)])
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      ...Object.fromEntries(
        bytes.map(([name, value]) => [name, value instanceof ArrayBuffer ? textOf(value) : null]),
      ),
      ...('getTransports' in response
        ? { transports: (response as AuthenticatorAttestationResponse).getTransports() }
        : {}),
    },
  }
}

function descriptorsOf(value: unknown): readonly object[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.map((one) => ({ ...recordOf(one), id: bytesOf(recordOf(one)['id']) }))
}

function recordOf(value: unknown): Options {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function bytesOf(base64Url: unknown): Uint8Array {
  const text = String(base64Url).replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function textOf(bytes: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
