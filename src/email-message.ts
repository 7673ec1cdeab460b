/** A mail, ready to be handed to a provider. */
export type EmailMessage = {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The provider sends one mail for one key (RFC draft idempotency-key-header). */
  readonly idempotencyKey: string
  /** The transport that may have taken the mail before: only that one is asked again. Absent: none has. */
  readonly triedBy?: string
}

/**
 * What became of a mail. Taken; `refused` permanently, because of its recipient; `held`, because of us (sender, key,
 * quota), so that it waits until the operator has fixed that; `busy`: not now, and certainly not accepted; `failed`: it
 * is unknown whether it was accepted, to be retried by the same transport.
 */
export type SendOutcome =
  | {
      readonly kind: 'sent'
      /** The provider accepts no more mails for this long. */
      readonly pauseSeconds?: number
    }
  | { readonly kind: 'refused' | 'held'; readonly reason: string }
  | { readonly kind: 'busy'; readonly reason: string; readonly retryAfterSeconds: number }
  | {
      readonly kind: 'failed'
      readonly reason: string
      /** Who may have taken it, where that is not the first transport. */
      readonly triedBy?: string
    }

/** Hands a mail over. Never throws: the outcome says what happened. */
export type SendEmail = (message: EmailMessage) => Promise<SendOutcome>

/**
 * Hands several mails over in one request: all of them are taken or none. The same mails under the same key are taken
 * once. `refused` means that one of them is to blame: they are to be sent one by one.
 */
export type SendBatch = (
  messages: readonly EmailMessage[],
  idempotencyKey: string,
) => Promise<SendOutcome>
