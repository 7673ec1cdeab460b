/** A mail as it would be sent to an account, without sending it or using anything up. */
import type { Deps } from '../../deps.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import { emailSubjectsOf, selectEmailSubjects } from './email-subject.sql.ts'
import { emailValues } from './email-values.ts'
import type { EmailValues } from './messages.ts'

/**
 * The content of a mail about an account if it were sent now, with valid links; what only its cause could say stays
 * as the example has it. For developers on their own machine: anyone who sees it can take over the account.
 */
export async function previewValues(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  { kind, example }: { readonly kind: EmailKind; readonly example: EmailValues },
  account: { readonly id: number; readonly email: string },
): Promise<EmailValues> {
  const { id: userId, email: address } = account
  const subjects = await selectEmailSubjects(deps, [{ outboxId: 0, userId, address }])
  const waiting = {
    id: 0,
    kind,
    userId,
    address,
    context: { origin: '' },
    idempotencyKey: '',
    attempts: 0,
    triedBy: null,
    batchKey: null,
  }
  const live = await emailValues(deps, waiting, emailSubjectsOf(subjects))
  const username = subjects[0]?.username ?? example.username
  return { ...example, username, address, ...live }
}
