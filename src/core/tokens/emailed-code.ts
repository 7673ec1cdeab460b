/**
 * Mailed codes: derived from a random seed and `SECRET_KEY`, so that neither the outbox nor the handle contains the
 * code.
 */
import { constantTimeEqualText, encodeBase64Url, hmacSha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'

/** What a mailed code is for; a code of another purpose is another code. */
export type CodePurpose = 'login-code' | 'verification-code' | 'reset-code'

const SEED_BYTES = 16
const CODE_LENGTH = 6
/** No vowels, so that it spells nothing, and no two that look alike: 28.8 bits a code. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ23456789'

/** What a code is made from: the outbox and the client's handle carry it, but it does not reveal the code by itself. */
export function newCodeSeed({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return encodeBase64Url(randomBytes(SEED_BYTES))
}

/** The code of a seed: an HMAC under `SECRET_KEY`. Nothing that opens an account is stored. */
export async function emailedCode(
  secret: string,
  purpose: CodePurpose,
  seed: string,
): Promise<string> {
  const mac = await hmacSha256(secret, `${purpose}:${seed}`)
  // 32 bytes into six letters: what is left over of 256 is too little to matter, and is dropped all the same.
  const usable = [...mac].filter((byte) => byte < 256 - (256 % ALPHABET.length))
  return usable
    .slice(0, CODE_LENGTH)
    .map((byte) => ALPHABET.charAt(byte % ALPHABET.length))
    .join('')
}

/** Whether someone typed the code of a seed; case, blanks and hyphens do not matter. */
export async function isEmailedCode(
  {
    SECRET_KEY,
    SECRET_KEY_FALLBACKS,
  }: Pick<Deps['settings'], 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  { purpose, seed }: { readonly purpose: CodePurpose; readonly seed: string },
  typed: string,
): Promise<boolean> {
  const given = typed.normalize('NFKC').toUpperCase().replaceAll(/[\s-]/g, '')
  let isRight = false
  for (const secret of [SECRET_KEY, ...SECRET_KEY_FALLBACKS]) {
    isRight = constantTimeEqualText(await emailedCode(secret, purpose, seed), given) || isRight
  }
  return isRight
}
