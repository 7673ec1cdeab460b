import type { ApiMessage } from './api-message.ts'
import type { EmailKind, EmailText } from './email-text.ts'
import type { en } from './languages/en.ts'

/** The texts of one language. */
export type Words = {
  readonly emails: EmailWords
  readonly emailFrame: EmailFrameWords
  readonly pages: PageWords
  /** The API's messages by their English text; English needs none. */
  readonly messages?: MessageWords
}

/** What the API says, by its English text. */
export type MessageWords = Readonly<Record<ApiMessage, string>>
/** Every mail's text. */
type EmailWords = Readonly<Record<EmailKind, EmailText>>
/** What stands around every mail. */
type EmailFrameWords = Readonly<Record<keyof (typeof en)['emailFrame'], string>>
/** What the built-in pages say. */
export type PageWords = Readonly<Record<keyof (typeof en)['pages'], string>>
