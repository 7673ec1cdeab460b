/** Registration with an invitation. */
import type { Deps } from '../../deps.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { readInvitationKey } from '../tokens/invitation-key.ts'
import { foldEmail } from '../users/email.ts'
import { admissionOf, type Admission } from './admission.ts'
import { dropClaims } from './drop-claims.ts'
import type { RegistrationFault, RegistrationInput } from './registration-input.ts'

/** What an invitation does for a registration: its key came by mail, so the address is proved. */
export type Invited = {
  readonly isProved: boolean
  readonly admission: Extract<Admission, { readonly kind: 'admitted' }>
}

/** The key is for another address, used, revoked or expired; the response does not say which. */
export const BAD_INVITATION: RegistrationFault = { field: 'invitation', code: 'invitation_invalid' }

/** What the entered key permits. Nothing is read: the statements of the registration decide. */
export async function invitationOf(
  deps: Pick<Deps, 'db' | 'settings' | 'now'>,
  { invitation = '' }: RegistrationInput,
  emailFolded: string,
): Promise<
  | ({ readonly kind: 'good' } & Invited)
  | { readonly kind: 'bad'; readonly fault: RegistrationFault }
> {
  const isAsked = deps.settings.REGISTRATION === 'invited'
  const key = isAsked && invitation !== '' ? await readInvitationKey(deps, invitation) : undefined
  const isOwn = key !== undefined && foldEmail(key.email) === emailFolded
  const nonce = isOwn ? key.nonce : undefined
  const admission = admissionOf(deps, { emailFolded, isProved: false, nonce })
  if (admission.kind === 'admitted') return { kind: 'good', isProved: isAsked, admission }
  const isMissing = invitation === ''
  const fault = isMissing
    ? ({ field: 'invitation', code: 'invitation_required' } as const)
    : BAD_INVITATION
  return { kind: 'bad', fault }
}

/** Who claimed the address without proving it loses it, as by a verification. */
export async function dropClaimsLater(
  deps: OutboxDeps,
  userId: number,
  emailFolded: string,
): Promise<void> {
  deliverLater(deps, await deps.db.batch(dropClaims(deps, { userId, emailFolded })))
}
