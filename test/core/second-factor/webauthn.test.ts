import { createHash, createPrivateKey, sign } from 'node:crypto'
import { verifyRegistrationResponse, type RegistrationResponseJSON } from '@simplewebauthn/server'
import { decodeAttestationObject, isoCBOR } from '@simplewebauthn/server/helpers'
import { describe, expect, test } from 'vitest'
import { readAttestation } from '../../../src/core/second-factor/webauthn/attestation.ts'
import { readCredential } from '../../../src/core/second-factor/webauthn/credential.ts'
import {
  relyingParty,
  type RelyingParty,
} from '../../../src/core/second-factor/webauthn/relying-party.ts'
import {
  verifyAssertion,
  verifyRegistration,
  type StoredPasskey,
} from '../../../src/core/second-factor/webauthn/verify.ts'
import { credentialId, makeCredential, publicKeyOf } from '../../conformance/authenticator.ts'
import type { JsonObject } from '../../conformance/json.ts'
import { settingsOf } from '../../support/settings.ts'
import file from '../../vectors/webauthn.json' with { type: 'json' }

const { vectors } = file
type Vector = (typeof vectors)[number]

function party(env: Readonly<Record<string, string>>): RelyingParty {
  const found = relyingParty(settingsOf({ PASSKEY_RP_NAME: 'Test', ...env }), undefined)
  if (found === undefined) throw new Error('no relying party')
  return found
}

const SPEC_PARTY = {
  PASSKEY_RP_ID: 'example.org',
  PASSKEY_RP_ORIGINS: 'https://example.org',
  PASSKEY_TOP_ORIGINS: 'https://example.com',
  PASSKEY_USER_VERIFICATION: 'preferred',
}

/** Frames that do not name who embeds them are refused. */
const isRefused = ({ name }: Vector) => name.includes('crossOrigin')

function credentialOf(vector: Vector, response: Readonly<Record<string, string>>) {
  const credential = readCredential({
    id: vector.credentialId,
    rawId: vector.credentialId,
    type: 'public-key',
    response,
  })
  if (credential === undefined) throw new Error('not a credential')
  return credential
}

describe('the vectors of WebAuthn Level 3', () => {
  const registered = vectors.flatMap((vector) =>
    vector.registration === null ? [] : [{ ...vector, registration: vector.registration }],
  )

  test.each(registered)('$name registers', async (vector) => {
    const { challenge, ...response } = vector.registration
    const found = await verifyRegistration(
      party(SPEC_PARTY),
      credentialOf(vector, response),
      challenge,
    )
    if (isRefused(vector)) expect(found).toBeUndefined()
    else {
      expect(found).toMatchObject({
        credentialId: vector.credentialId,
        publicKey: vector.publicKey,
        algorithm: vector.algorithm,
        signCount: 0,
        isBackupEligible: vector.isBackupEligible,
      })
    }
  })

  test.each(vectors)('$name logs in', async (vector) => {
    const { challenge, ...response } = vector.assertion
    const credential = credentialOf(vector, response)
    const passkey = { ...vector, signCount: 0, userHandles: [] }
    const verify = (challenges: readonly string[], publicKey = vector.publicKey) =>
      verifyAssertion(party(SPEC_PARTY), credential, {
        challenges,
        passkey: { ...passkey, publicKey },
      })
    if (isRefused(vector)) expect(await verify([challenge])).toBeUndefined()
    else {
      const { isBackupEligible } = vector
      expect(await verify([challenge])).toMatchObject({ signCount: 0, isBackupEligible })
    }
    expect(await verify(['another', 'challenge'])).toBeUndefined()
    const other = vectors.find(({ algorithm, publicKey }) => {
      return algorithm === vector.algorithm && publicKey !== vector.publicKey
    })
    if (other !== undefined) expect(await verify([challenge], other.publicKey)).toBeUndefined()
  })

  test('cover every algorithm that is offered', () => {
    const covered = new Set(vectors.map(({ algorithm }) => algorithm))
    expect(covered).toEqual(new Set(party(SPEC_PARTY).algorithms))
  })
})

const APP_PARTY = {
  PASSKEY_RP_ID: 'app.example',
  PASSKEY_RP_ORIGINS: 'https://app.example,https://www.app.example',
  PASSKEY_TOP_ORIGINS: 'https://portal.example',
}
const CHALLENGE = 'AAECAwQFBgcICQoLDA0ODw'

/** A certificate for attestations that nobody has issued, and its key (PKCS #8). */
const CERTIFICATE =
  'MIIBvTCCAWSgAwIBAgIBATAKBggqhkjOPQQDAjBPMQswCQYDVQQGEwJTRTENMAsGA1UECgwEVGVzdDEiMCAGA1UECwwZQXV0aGVudGljYXRvciBBdHRlc3RhdGlvbjENMAsGA1UEAwwEVGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowTzELMAkGA1UEBhMCU0UxDTALBgNVBAoMBFRlc3QxIjAgBgNVBAsMGUF1dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24xDTALBgNVBAMMBFRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQq3HS3BpdrvkWONULsA/kdDM4JCm7+MQkCvqvFeatRCmXXFH0+2HSYf91+iILFhehKqpZH+lSGRi7OwyZNUSdZoy8wLTAMBgNVHRMBAf8EAjAAMB0GA1UdDgQWBBTa+sV2xr+IzTNNVaw8h/B04oR9tjAKBggqhkjOPQQDAgNHADBEAiBgqZyXS3LhkkmshjOi/E3Qt5OneZ1BIpFskJGjlXdNPQIgUy/4M3eOGZu4wsTIQ5wAjZL3wDpcFhsw9ync5K8lLOY='
const ATTESTATION_KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvj/HpoOGl9KkPn72RVBCS9twNuzhPtvmd/GcqSEb/MmhRANCAAQq3HS3BpdrvkWONULsA/kdDM4JCm7+MQkCvqvFeatRCmXXFH0+2HSYf91+iILFhehKqpZH+lSGRi7OwyZNUSdZ'

/** A registration that is attested by the certificate. */
function attested(step: JsonObject): Record<string, unknown> {
  const made = makeCredential(step) as {
    readonly response: Readonly<Record<'clientDataJSON' | 'attestationObject', string>>
  }
  const clientData = Buffer.from(made.response.clientDataJSON, 'base64url')
  const authData = decodeAttestationObject(
    new Uint8Array(Buffer.from(made.response.attestationObject, 'base64url')),
  ).get('authData')
  const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
  const key = createPrivateKey({
    key: Buffer.from(ATTESTATION_KEY, 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  const statement = new Map<string, number | Uint8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>[]>([
    ['alg', -7],
    ['sig', new Uint8Array(sign('sha256', signed, key))],
    ['x5c', [new Uint8Array(Buffer.from(CERTIFICATE, 'base64'))]],
  ])
  const object = isoCBOR.encode(
    new Map<string, string | Uint8Array<ArrayBuffer> | typeof statement>([
      ['fmt', 'packed'],
      ['attStmt', statement],
      ['authData', new Uint8Array(authData)],
    ]),
  )
  const attestationObject = Buffer.from(object).toString('base64url')
  return { ...made, response: { ...made.response, attestationObject } }
}

describe('a registration', () => {
  function register(step: JsonObject, env = APP_PARTY) {
    const credential = readCredential(
      makeCredential({ action: 'create', key: 'laptop', challenge: CHALLENGE, ...step }),
    )
    return credential === undefined
      ? undefined
      : verifyRegistration(party(env), credential, CHALLENGE)
  }

  test('gives what is kept', async () => {
    expect(await register({})).toEqual({
      credentialId: credentialId('laptop').toString('base64url'),
      publicKey: publicKeyOf('laptop').toString('base64url'),
      algorithm: -7,
      signCount: 0,
      isUserVerified: true,
      isBackupEligible: false,
      isBackedUp: false,
    })
  })

  test.each<[string, JsonObject]>([
    ['from another origin of ours', { client_data: { origin: 'https://www.app.example' } }],
    ['with self attestation', { attestation: 'packed' }],
    ['with extension data', { flags: 197 }],
    ['with an id of 1023 bytes', { id_length: 1023 }],
    [
      'in a frame of a site that may embed it',
      { client_data: { crossOrigin: true, topOrigin: 'https://portal.example' } },
    ],
  ])('%s is good', async (_, step) => {
    expect(await register(step)).toBeDefined()
  })

  test.each<[string, JsonObject]>([
    ['for another challenge', { challenge: 'AAECAwQFBgcICQoLDA0ODg' }],
    ['for a padded challenge', { challenge: `${CHALLENGE}==` }],
    ['of another kind', { client_data: { type: 'webauthn.get' } }],
    ['from another origin', { client_data: { origin: 'https://evil.example' } }],
    [
      'from an origin that only begins like ours',
      { client_data: { origin: 'https://app.example.evil' } },
    ],
    ['for another relying party', { rp_id: 'evil.example' }],
    ['without the user', { flags: 68 }],
    ['without verifying the user', { flags: 65 }],
    ['backed up but not to be backed up', { flags: 85 }],
    ['whose self attestation another key signed', { attestation: 'packed', signed_by: 'thief' }],
    ['with a statement of certificates', { attestation: 'fido-u2f' }],
    ['in a frame of any site', { client_data: { crossOrigin: true } }],
    [
      'in a frame of another site',
      { client_data: { crossOrigin: true, topOrigin: 'https://evil.example' } },
    ],
    [
      'that names a top origin without a frame',
      { client_data: { topOrigin: 'https://portal.example' } },
    ],
    ['with an id of 1024 bytes', { id_length: 1024 }],
    ['without an id', { id_length: 0 }],
    ['whose key has the label of another curve', { alg: -36 }],
    ['whose key has the label of another type', { alg: -257 }],
    ['of an algorithm that was not offered', { alg: -35 }],
    ['whose envelope names another id', { patch: { id: 'AAAA', rawId: 'AAAA' } }],
    ['whose ids differ', { patch: { id: 'AAAA' } }],
    ['of an unknown attachment', { patch: { authenticatorAttachment: 'brain' } }],
    ['of another type', { patch: { type: 'password' } }],
    ['without a response', { patch: { response: null } }],
    ['with garbage', { patch: { response: { attestationObject: 'AAAA' } } }],
  ])('%s is refused', async (_, step) => {
    expect(await register(step)).toBeUndefined()
  })

  test('with a statement that a certificate proves is refused: nobody knows its issuer', async () => {
    const made = attested({ action: 'create', key: 'laptop', challenge: CHALLENGE })
    const { registrationInfo } = await verifyRegistrationResponse({
      response: made as unknown as RegistrationResponseJSON,
      expectedChallenge: CHALLENGE,
      expectedOrigin: 'https://app.example',
      expectedRPID: 'app.example',
    })
    // In itself it is good.
    expect(registrationInfo?.fmt).toBe('packed')
    const credential = readCredential(made)
    if (credential === undefined) throw new Error('not a credential')
    expect(await verifyRegistration(party(APP_PARTY), credential, CHALLENGE)).toBeUndefined()
  })

  test.each<[string, JsonObject]>([
    ['none', { attestationObject: null }],
    ['no text', { attestationObject: 7 }],
    ['no CBOR', { attestationObject: '_w' }],
    ['no base64', { attestationObject: '!' }],
  ])('whose attestation is %s is refused', async (_, response) => {
    expect(await register({ patch: { response } })).toBeUndefined()
  })

  test('whose key is no point of its curve is refused', async () => {
    const made = makeCredential({ action: 'create', key: 'laptop', challenge: CHALLENGE })
    const text = JSON.stringify(made)
    const object = /"attestationObject":"([^"]+)"/.exec(text)?.[1] ?? ''
    const bytes = Buffer.from(object, 'base64url')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    const forged: unknown = JSON.parse(text.replace(object, bytes.toString('base64url')))
    const credential = readCredential(forged)
    if (credential === undefined) throw new Error('not a credential')
    expect(await verifyRegistration(party(APP_PARTY), credential, CHALLENGE)).toBeUndefined()
  })
})

describe('an assertion', () => {
  const passkey: StoredPasskey = {
    credentialId: credentialId('laptop').toString('base64url'),
    publicKey: publicKeyOf('laptop').toString('base64url'),
    signCount: 5,
    isBackupEligible: false,
    userHandles: ['aGFuZGxl', 'MQ'],
  }

  function logIn(step: JsonObject, stored: Partial<StoredPasskey> = {}) {
    const credential = readCredential(
      makeCredential({ action: 'get', key: 'laptop', challenge: CHALLENGE, counter: 6, ...step }),
    )
    return credential === undefined
      ? undefined
      : verifyAssertion(party(APP_PARTY), credential, {
          challenges: [CHALLENGE],
          passkey: { ...passkey, ...stored },
        })
  }

  test('gives what it proved', async () => {
    expect(await logIn({ user_handle: 'aGFuZGxl' })).toEqual({
      signCount: 6,
      isUserVerified: true,
      isBackupEligible: false,
      isBackedUp: false,
    })
  })

  test('may carry the handle that dj-rest-auth gave', async () => {
    expect(await logIn({ user_handle: 'MQ' })).toBeDefined()
  })

  test.each([[null], [''], ['aGFuZGxl'], ['MQ==']])(
    'with the handle %j is good',
    async (userHandle) => {
      const made = readCredential(
        makeCredential({ action: 'get', key: 'laptop', challenge: CHALLENGE, counter: 6 }),
      )
      if (made === undefined) throw new Error('not a credential')
      const credential = { ...made, response: { ...made.response, userHandle } }
      expect(
        await verifyAssertion(party(APP_PARTY), credential, { challenges: [CHALLENGE], passkey }),
      ).toBeDefined()
    },
  )

  test('of a passkey of which it is not known whether it may be backed up is good', async () => {
    for (const flags of [5, 13, 29]) {
      expect(await logIn({ flags }, { isBackupEligible: null })).toMatchObject({
        isBackupEligible: flags !== 5,
        isBackedUp: flags === 29,
      })
    }
  })

  test('against a key that is none is refused', async () => {
    for (const publicKey of ['', '!']) expect(await logIn({}, { publicKey })).toBeUndefined()
  })

  test('of an authenticator that does not count is good', async () => {
    expect(await logIn({ counter: 0 }, { signCount: 0 })).toBeDefined()
  })

  test.each<[string, JsonObject]>([
    ['of another kind', { client_data: { type: 'webauthn.create' } }],
    ['signed by another key', { signed_by: 'thief' }],
    ['with the same counter', { counter: 5 }],
    ['with a lower counter', { counter: 0 }],
    ['without verifying the user', { flags: 1 }],
    ["with somebody else's handle", { user_handle: 'Mg' }],
    ['with a handle that is no text', { patch: { response: { userHandle: 5 } } }],
    ['that may be backed up all of a sudden', { flags: 13 }],
    ['in a frame', { client_data: { crossOrigin: true } }],
    ['with an empty signature', { patch: { response: { signature: '' } } }],
    ['with short authenticator data', { patch: { response: { authenticatorData: 'AAAA' } } }],
    ['whose client data is a list', { patch: { response: { clientDataJSON: 'W10' } } }],
  ])('%s is refused', async (_, step) => {
    expect(await logIn(step)).toBeUndefined()
  })
})

describe('the relying party', () => {
  const env = {
    PASSKEY_RP_NAME: 'Test',
    PASSKEY_RP_ID: 'example.com,example.net',
    PASSKEY_RP_ORIGINS: 'https://app.example.com,https://example.net',
  }

  test.each([
    ['https://example.net', 'example.net'],
    ['https://app.example.com:8443', 'example.com'],
    ['https://app.example.net', 'example.net'],
    ['https://example.net.example.com', 'example.com'],
    ['app.example.net', 'example.com'],
    ['https://evilexample.net', 'example.com'],
    ['null', 'example.com'],
    [undefined, 'example.com'],
  ])('of a request from %s is %s', (origin, id) => {
    expect(relyingParty(settingsOf(env), origin)?.id).toBe(id)
  })

  test.each(['PASSKEY_RP_NAME', 'PASSKEY_RP_ID', 'PASSKEY_RP_ORIGINS'])('needs %s', (name) => {
    expect(relyingParty(settingsOf({ ...env, [name]: '' }), undefined)).toBeUndefined()
  })
})

describe('an attestation object of an earlier registration', () => {
  const objectOf = (step: JsonObject) => {
    const { response } = makeCredential({ action: 'create', key: 'laptop', ...step }) as {
      readonly response: Readonly<Record<'attestationObject', string>>
    }
    return new Uint8Array(Buffer.from(response.attestationObject, 'base64url'))
  }

  test.each([
    [69, true],
    [65, false],
  ])('of flags %i says what is kept', (flags, isUserVerified) => {
    expect(readAttestation(objectOf({ flags, counter: 7 }))).toEqual({
      credentialId: new Uint8Array(credentialId('laptop')),
      publicKey: new Uint8Array(publicKeyOf('laptop')),
      signCount: 7,
      isUserVerified,
    })
  })

  test('without a credential, or that is none, says nothing', () => {
    expect(readAttestation(objectOf({ flags: 5 }))).toBeUndefined()
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff), Uint8Array.of(0xa0)]) {
      expect(readAttestation(bytes)).toBeUndefined()
    }
  })
})
