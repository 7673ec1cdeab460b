/**
 * From a row of the outbox to a finished message: subject, text and HTML, in the recipient's language and the
 * operator's brand.
 */
import type { Deps } from '../../deps.ts'
import type { EmailMessage } from '../../email-message.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import type { Language } from '../../i18n/language.ts'
import { loadWords } from '../../i18n/load-words.ts'
import { brandOf, type BrandSettings } from '../../settings/brand.ts'
import { emailTemplate } from '../../settings/email-templates.ts'
import { batch } from '../../db/batch.ts'
import { foldEmail } from '../users/email.ts'
import { emailSubjectsOf, selectEmailSubjects, type EmailSubject } from './email-subject.sql.ts'
import { emailValues } from './email-values.ts'
import { composeEmail, type EmailContent, type EmailValues } from './messages.ts'
import { clientLanguage, type OutboxDeps } from './outbox.ts'
import { FIRST_TRANSPORT, NO_RECIPIENT, type WaitingEmail } from './outbox.sql.ts'
import { selectSuppressed } from './suppressions.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** A mail of the outbox as it goes out, its secret minted now. */
export type Letter = {
  readonly email: WaitingEmail
  /** Absent where its cause is gone, or its mailbox gets no more mails. */
  readonly message: EmailMessage | undefined
}

/** Writes mails. One round trip for any number of them. */
export async function writeLetters(
  deps: OutboxDeps,
  emails: readonly WaitingEmail[],
): Promise<readonly Letter[]> {
  const somebodys = emails.filter(({ address }) => address !== NO_RECIPIENT)
  if (somebodys.length === 0) return emails.map((email) => ({ email, message: undefined }))
  const { subjects: found, suppressed } = await findSubjects(deps, somebodys)
  return Promise.all(
    emails.map(async (email) => {
      if (suppressed.has(foldEmail(email.address))) {
        deps.log({
          level: 'info',
          event: 'email_suppressed',
          kind: email.kind,
          outbox_id: email.id,
        })
        return { email, message: undefined }
      }
      const subjects = userIdsOf(email).flatMap(
        (id) => found.find((one) => one.outboxId === email.id && one.id === id) ?? [],
      )
      return { email, message: await messageOf(deps, email, subjects) }
    }),
  )
}

/** What mails are about, and which of their mailboxes get none. */
async function findSubjects(deps: Pick<Deps, 'db' | 'settings'>, emails: readonly WaitingEmail[]) {
  const { db } = deps
  const { subjects, suppressed } = await batch(db, {
    subjects: selectEmailSubjects(deps, emails.flatMap(queriesOf)),
    suppressed: selectSuppressed(
      db,
      emails.map(({ address }) => foldEmail(address)),
    ),
  })
  return {
    subjects: emailSubjectsOf(subjects),
    suppressed: new Set(suppressed.map(({ emailFolded }) => emailFolded)),
  }
}

function queriesOf(email: WaitingEmail) {
  const { id: outboxId, address } = email
  return userIdsOf(email).map((userId) => ({ outboxId, userId, address }))
}

function userIdsOf({ userId, context }: WaitingEmail): readonly number[] {
  return userId === null ? [] : [userId, ...(context.alsoAbout ?? [])]
}

/** The message, or nothing where its cause is gone or its mailbox suppressed. */
async function messageOf(
  deps: OutboxDeps,
  email: WaitingEmail,
  subjects: readonly EmailSubject[],
): Promise<EmailMessage | undefined> {
  if (email.address === NO_RECIPIENT) return undefined
  const values = await emailValues(deps, email, subjects)
  if (values === undefined) return undefined
  const language = email.context.language ?? clientLanguage(deps)
  const content = await writeEmail(deps.settings, { kind: email.kind, values, language })
  return {
    from: deps.settings.DEFAULT_FROM_EMAIL,
    to: email.address,
    ...content,
    idempotencyKey: email.idempotencyKey,
    ...(email.triedBy === '' ? {} : { triedBy: email.triedBy ?? FIRST_TRANSPORT }),
  }
}

/** A mail as it is sent: in its language and the brand's looks, with the prefix of every subject. */
export async function writeEmail(
  settings: BrandSettings & Pick<Settings, 'ACCOUNT_EMAIL_SUBJECT_PREFIX' | 'EMAIL_TEMPLATES'>,
  {
    kind,
    values,
    language,
  }: { readonly kind: EmailKind; readonly values: EmailValues; readonly language: Language },
): Promise<EmailContent> {
  const content = composeEmail(kind, values, {
    language,
    words: await loadWords(language),
    brand: brandOf(settings),
    template: emailTemplate(settings.EMAIL_TEMPLATES, kind, language),
  })
  const prefix = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX ?? `[${settings.SITE_NAME}] `
  return { ...content, subject: prefix + content.subject }
}
