import type { PolicyOf } from './policy.ts'

/** What links in mails are made of. */
export type MailLinkSettings = {
  readonly HEADLESS_FRONTEND_URLS: Readonly<Record<string, string>>
  readonly PUBLIC_URL: string | undefined
  readonly EMAIL_MANAGEMENT: boolean
  readonly ACCOUNT_DELETION: string
  readonly REGISTRATION: string
} & PolicyOf<'mails'>

/** Links in mails that lead to no frontend's page. */
export function unlinkedMails(
  settings: Pick<
    MailLinkSettings,
    'HEADLESS_FRONTEND_URLS' | 'EMAIL_MANAGEMENT' | 'ACCOUNT_DELETION' | 'REGISTRATION'
  >,
): readonly string[] {
  return [
    'account_confirm_email',
    'account_reset_password_from_key',
    ...(settings.EMAIL_MANAGEMENT ? ['account_undo_email_change'] : []),
    ...(settings.REGISTRATION === 'invited' ? ['account_invitation'] : []),
    ...(settings.ACCOUNT_DELETION === 'off' ? [] : ['account_undo_deletion']),
  ].filter((name) => settings.HEADLESS_FRONTEND_URLS[name] === undefined)
}

/**
 * What must be set before a mail can be sent, since its links would lead nowhere; `undefined`: nothing. Mails wait
 * for it as they wait for the key of the mail provider: everything else works meanwhile.
 */
export function missingMailLink(settings: MailLinkSettings): string | undefined {
  const isLinked =
    settings.PUBLIC_URL !== undefined ||
    settings.policy.mails.linkToRequestHost ||
    unlinkedMails(settings).length === 0
  return isLinked ? undefined : MISSING
}

const MISSING =
  'PUBLIC_URL is missing: links in mails lead there (https://auth.example.com), or set HEADLESS_FRONTEND_URLS'
