/**
 * Which account a reset link opens: its token is a MAC over the account's state, so any change of password, login
 * or address ends it (Django: `PasswordResetTokenGenerator`).
 */
import type { SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { isResetTokenGood, mailboxesOf } from '../tokens/reset-token.ts'
import { foldEmail } from '../users/email.ts'
import { hasAddresses, type ResetAccount } from './change-password.sql.ts'

/** An account whose mail someone reads. */
export type LinkedAccount = ResetAccount & {
  /** The address that a link or code was mailed to, where that is certain. */
  readonly proved: string | undefined
  /** Whether it still leads to the account: the condition of the statement that sets a password. */
  readonly isStillTheirs: SQL
}

/** More addresses of one account are not tried. */
const MAX_ADDRESSES = 10

/** The account, where the token was made for it and these address rows. */
export async function whereLinkIsGood(
  deps: Pick<Deps, 'settings' | 'now'>,
  {
    account,
    rows,
  }: {
    readonly account: ResetAccount | undefined
    readonly rows: ResetAccount['addresses'] | undefined
  },
  token: string,
): Promise<LinkedAccount | undefined> {
  if (account === undefined) return undefined
  const { settings } = deps
  const isGoodFor = (mailedTo: string | undefined): Promise<boolean> =>
    isResetTokenGood({ ...account, addresses: rows?.map(({ email }) => email), mailedTo }, token, {
      secrets: [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS],
      timeoutSeconds: settings.PASSWORD_RESET_TIMEOUT,
      now: deps.now,
    })
  const isStillTheirs = hasAddresses(account)
  const spellings = [...account.addresses.map(({ email }) => email), account.email]
  const mailboxes = mailboxesOf(account.email, spellings)
  const spelling = (mailbox: string | undefined) =>
    spellings.find((email) => email !== '' && foldEmail(email) === mailbox)
  if (await isGoodFor(undefined)) {
    const [only, ...others] = mailboxes
    return { ...account, isStillTheirs, proved: others.length === 0 ? spelling(only) : undefined }
  }
  for (const mailbox of mailboxes.length > 1 ? mailboxes.slice(0, MAX_ADDRESSES) : []) {
    if (await isGoodFor(mailbox)) return { ...account, isStillTheirs, proved: spelling(mailbox) }
  }
  return undefined
}
