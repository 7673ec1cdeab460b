import type { EmailKind, EmailText } from './email-text.ts'
import type { en } from './languages/en.ts'
import type { MessageWords } from './message.ts'

/** The texts of one language. */
export type Words = {
  readonly emails: EmailWords
  readonly emailFrame: EmailFrameWords
  readonly pages: PageWords
  readonly messages: MessageWords
}

/** Every mail's text. */
type EmailWords = Readonly<Record<EmailKind, EmailText>>
/** What stands around every mail. */
type EmailFrameWords = Readonly<Record<keyof (typeof en)['emailFrame'], string>>
/** What the built-in pages say. */
export type PageWords = Readonly<Record<keyof (typeof en)['pages'], string>>
