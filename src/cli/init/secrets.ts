/** Secrets of a new project, from the platform's random generator. */
import { generateKeyPairSync } from 'node:crypto'
import { encodeBase64 } from '../../crypto.ts'
import { platform } from '../../platform.ts'

/** Fresh secrets of one deployment, or of one machine. */
export function newSecrets(): Readonly<Record<'SECRET_KEY' | 'SIMPLE_JWT_SIGNING_KEY', string>> {
  return { SECRET_KEY: newSecretKey(), SIMPLE_JWT_SIGNING_KEY: newSigningKey('ES256') }
}

/** Signs and seals: 48 random bytes. */
export function newSecretKey(): string {
  return encodeBase64(platform.randomBytes(48))
}

const KEY_MAKERS = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const

/** Whether `newSigningKey` knows an algorithm of JWTs. */
export function isKeyAlgorithm(algorithm: string): algorithm is keyof typeof KEY_MAKERS {
  return Object.hasOwn(KEY_MAKERS, algorithm)
}

/** A private key in PKCS #8, as PEM; the public one is part of it. */
export function newSigningKey(algorithm: keyof typeof KEY_MAKERS): string {
  const { privateKey } = KEY_MAKERS[algorithm]()
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim()
}

/** A line of `.dev.vars`; line breaks are written as escapes. */
export function variableLine(name: string, value: string): string {
  return `${name}="${value.replaceAll('\n', '\\n')}"`
}
