import type { Deps } from '../../deps.ts'
import { isResetTokenGood, mailboxesOf } from '../tokens/reset-token.ts'
import { foldEmail } from '../users/email.ts'
import type { ResetAccount } from './change-password.sql.ts'

/** The account of a good link, and the address that the link was mailed to, where that is certain. */
export type LinkedAccount = ResetAccount & { readonly proved: string | undefined }

/** More addresses of one account are not tried. */
const MAX_ADDRESSES = 10

/** The account, where the token was made for it and these address rows. */
export async function whereLinkIsGood(
  deps: Pick<Deps, 'settings' | 'now'>,
  account: ResetAccount | undefined,
  token: string,
  rows: ResetAccount['addresses'] | undefined,
): Promise<LinkedAccount | undefined> {
  if (account === undefined) return undefined
  const { settings } = deps
  const isGoodFor = (mailedTo: string | undefined): Promise<boolean> =>
    isResetTokenGood(
      { ...account, addresses: rows?.map(({ email }) => email), mailedTo },
      token,
      [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS],
      settings.PASSWORD_RESET_TIMEOUT,
      deps.now,
    )
  const spellings = [...account.addresses.map(({ email }) => email), account.email]
  const mailboxes = mailboxesOf(account.email, spellings)
  const spelling = (mailbox: string | undefined) =>
    spellings.find((email) => email !== '' && foldEmail(email) === mailbox)
  if (await isGoodFor(undefined)) {
    const [only, ...others] = mailboxes
    return { ...account, proved: others.length === 0 ? spelling(only) : undefined }
  }
  for (const mailbox of mailboxes.length > 1 ? mailboxes.slice(0, MAX_ADDRESSES) : []) {
    if (await isGoodFor(mailbox)) return { ...account, proved: spelling(mailbox) }
  }
  return undefined
}
