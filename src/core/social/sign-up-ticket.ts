/** The ticket of a social sign-up that lacks something: the provider's proof, sealed, short-lived, used once. */
import { seal, unseal } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import type { SocialProfile } from './providers/provider.ts'

/** A sign-up that waits for an address: who was proved, by which app. */
export type SignUpTicket = { readonly providerId: string; readonly profile: SocialProfile }

const PURPOSE = 'social-sign-up'
/** How long a ticket is valid. */
export const TICKET_LIFETIME_MS = 900_000
/** What a provider said is left out where it is longer: a ticket travels in a body. */
const MAX_DATA_LENGTH = 8_192

/**
 * Seals who a provider proved, for the client to come back with an address (allauth: the pending sign-up of
 * `socialaccount_signup`, which is in the session there). Nothing is stored; clients cannot read or change it.
 */
export async function sealTicket(
  { settings, now, randomBytes }: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  { providerId, profile }: SignUpTicket,
): Promise<string> {
  const isLong = JSON.stringify(profile.extraData).length > MAX_DATA_LENGTH
  const { spend: _, ...kept } = { ...profile, ...(isLong ? { extraData: {} } : {}) }
  const content = { providerId, profile: kept, expiresAtMs: now.getTime() + TICKET_LIFETIME_MS }
  return seal({ secret: settings.SECRET_KEY, randomBytes }, PURPOSE, JSON.stringify(content))
}

/** What a ticket holds; `undefined` where it is false or too old. */
export async function openTicket(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  ticket: string,
): Promise<(SignUpTicket & { readonly issuedAt: Date }) | undefined> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const opened = await unseal(secrets, PURPOSE, ticket)
  if (opened === undefined) return undefined
  // Sealed only by `sealTicket`.
  const content = JSON.parse(opened.text) as SignUpTicket & { readonly expiresAtMs: number }
  if (content.expiresAtMs <= now.getTime()) return undefined
  return { ...content, issuedAt: new Date(content.expiresAtMs - TICKET_LIFETIME_MS) }
}
