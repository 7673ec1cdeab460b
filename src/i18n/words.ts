/** The shape of a language's texts. English defines the keys, so that `tsc` finds missing translations. */
import type { EmailText } from './email-text.ts'
import type { EmailKind } from './languages/email-kinds.ts'
import type { en } from './languages/en.ts'
import type { MessageWords } from './message.ts'

/** The texts of one language, as the service reads them. */
export type Words = {
  readonly emails: EmailWords
  readonly emailFrame: EmailFrameWords
  readonly pages: PageWords
  readonly messages: MessageWords
}

/** A language as its file has it: everything that is said to users and operators. */
export type WrittenWords = Omit<Words, 'emails'> & {
  /** A mail that is not translated yet is sent in English. */
  readonly emails: Partial<EmailWords>
  /** Served with the operator's page alone, so it is packed apart. */
  readonly admin: AdminWords
}

/** Every mail's text. */
type EmailWords = Readonly<Record<EmailKind, EmailText>>
/** The text around every mail: greeting of the layout, footer. */
type EmailFrameWords = Readonly<Record<keyof (typeof en)['emailFrame'], string>>
/** The texts of the built-in pages. */
export type PageWords = Readonly<Record<keyof (typeof en)['pages'], string>>
/** The texts of the operator's page. */
export type AdminWords = Readonly<Record<keyof (typeof en)['admin'], string>>
