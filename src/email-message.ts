/** A mail, ready to be handed to a provider. */
export type EmailMessage = {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The provider sends one mail for one key (RFC draft idempotency-key-header). */
  readonly idempotencyKey: string
}

/**
 * What became of a mail: taken; `refused` for good, because of its recipient; `held`, because of us (sender, key,
 * quota), so that it waits until the operator has mended that; or `failed`, to be tried again.
 */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused' | 'held' | 'failed'; readonly reason: string }

/** Hands a mail over. Never throws: the outcome says what happened. */
export type SendEmail = (message: EmailMessage) => Promise<SendOutcome>
