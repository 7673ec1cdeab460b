import type { EmailMessage } from '../../src/email-message.ts'
import type { TestApp } from './app.ts'

/** The link of a mail. */
export function linkOf(message: EmailMessage | undefined): string {
  const link = /https?:\/\/\S+/.exec(message?.text ?? '')?.[0]
  if (link === undefined) throw new Error(`The mail has no link: ${message?.text ?? 'no mail'}`)
  return link
}

/** Takes the mails out of the mailbox that came by now. */
export async function takeMails(app: TestApp): Promise<readonly EmailMessage[]> {
  await app.settle()
  return app.mailbox.splice(0)
}

/** What the link of the only mail in the mailbox ends with: a verification key. */
export async function mailedKey(app: TestApp): Promise<string> {
  const [mail] = await takeMails(app)
  const key = /\/([^/]+)\/$/.exec(linkOf(mail))?.[1]
  if (key === undefined) throw new Error(`The link has no key: ${linkOf(mail)}`)
  return decodeURIComponent(key)
}

/** What a reset link is made of. */
export async function mailedReset(
  app: TestApp,
): Promise<{ readonly uid: string; readonly token: string }> {
  const [mail] = await takeMails(app)
  const found = /\/([0-9a-z]+)\/([0-9a-z]+-[0-9a-f]+)\/$/.exec(linkOf(mail))
  const [, uid, token] = found ?? []
  if (uid === undefined || token === undefined) {
    throw new Error(`The link is none of a reset: ${linkOf(mail)}`)
  }
  return { uid, token }
}
