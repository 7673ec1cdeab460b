import { hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { isPasswordVerifiable } from '../../core/passwords/passwords.ts'
import { saltedHmac } from '../../core/tokens/signing.ts'

/** Algorithms whose hashes are replaced by an unusable password, so that their owners reset by mail. */
export type PasswordPolicy = { readonly reset: readonly string[] | 'all' }

/** How a password is stored, for the report. */
export type PasswordKind =
  | { readonly kind: 'verifiable'; readonly algorithm: string }
  | { readonly kind: 'unusable' }
  /** No hasher here reads it: its owner must reset by mail. */
  | { readonly kind: 'unreadable'; readonly algorithm: string }

/** Tells how a password is stored without telling what is stored. */
export function passwordKind(encoded: string): PasswordKind {
  if (encoded.startsWith('!') || encoded === '') return { kind: 'unusable' }
  const name = /^(\w{1,40})\$/.exec(encoded)?.[1] ?? 'unsalted'
  if (!isPasswordVerifiable(encoded)) return { kind: 'unreadable', algorithm: name }
  return { kind: 'verifiable', algorithm: name }
}

/**
 * The password as it is stored here: the same, or an unusable one in its place. That one is derived from
 * the secret, so that a second import finds what the first one wrote, and nobody else can guess it.
 */
export async function importedPassword(
  encoded: string,
  id: string,
  deps: Pick<Deps, 'settings'> & { readonly passwords: PasswordPolicy },
): Promise<string> {
  const { reset } = deps.passwords
  const kind = passwordKind(encoded)
  if (encoded === '') return unusable(`${id}:`, deps)
  if (kind.kind === 'unusable') return encoded
  if (reset !== 'all' && !reset.includes(kind.algorithm)) return encoded
  return unusable(`${id}:${encoded}`, deps)
}

async function unusable(what: string, { settings }: Pick<Deps, 'settings'>): Promise<string> {
  return `!${hex(await saltedHmac('import-django.reset', what, settings.SECRET_KEY)).slice(0, 40)}`
}
