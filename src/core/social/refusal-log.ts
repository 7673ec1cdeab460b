/**
 * Logs why a social login was refused, without anything that identifies the user: the client gets one sentence for
 * several causes.
 */
import type { Deps } from '../../deps.ts'
import type { ConfiguredProvider } from './providers/configured.ts'
import type { CodeRejected, Rejected, Unavailable } from './providers/provider.ts'

/** What an operator does about a provider's word (RFC 6749 §5.2, and what the big ones say besides). */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /\bredirect_uri/,
    'The redirect URI of the app must be registered with the provider letter by letter, and be the one that the page used.',
  ],
  [
    /\b(?:invalid_client|unauthorized_client|incorrect_client_credentials)\b/,
    'The provider does not take the client id with this secret.',
  ],
  [
    /\b(?:invalid_grant|bad_verification_code)\b/,
    'The code was used before, is too old, or was issued for another app, redirect URI or code_verifier.',
  ],
]

/**
 * Says in the log why a provider's credential did not log in; the client learns as little as before, and nothing of
 * what was sent is logged.
 */
export function logRefusal(
  { log }: Pick<Deps, 'log'>,
  { app }: ConfiguredProvider,
  refusal: Rejected | CodeRejected | Unavailable,
): void {
  const provider = app.providerId
  if (refusal.kind === 'unavailable') {
    const { during, status } = refusal
    log({ level: 'warn', event: 'social_provider_unavailable', provider, during, status })
    return
  }
  const reason = refusal.kind === 'rejected' ? refusal.reason : refusal.kind
  const said = refusal.said ?? ''
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1]
  log({ level: 'info', event: 'social_login_rejected', provider, reason, said, hint })
}
