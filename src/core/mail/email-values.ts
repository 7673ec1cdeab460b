/**
 * What each kind of mail says: its values, its link or code. One case for each kind; the words are in
 * `i18n/languages`.
 */
import type { Deps } from '../../deps.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import { makeEmailKey } from '../tokens/email-key.ts'
import { makeInvitationKey } from '../tokens/invitation-key.ts'
import { makeUndoKey } from '../tokens/undo-key.ts'
import { emailedCode, type CodePurpose } from '../tokens/emailed-code.ts'
import { makeLoginKey } from '../tokens/login-key.ts'
import { encodeUid, makeResetToken } from '../tokens/reset-token.ts'
import { foldEmail } from '../users/email.ts'
import type { EmailSubject } from './email-subject.sql.ts'
import type { EmailValues } from './messages.ts'
import type { EmailContext, WaitingEmail } from './outbox.sql.ts'
import type { Settings } from '../../settings/parse.ts'

type ValueDeps = Pick<Deps, 'settings' | 'now' | 'db' | 'randomBytes'>

/**
 * The content of a mail, with a newly created secret; `undefined` when its cause is gone (account deleted, address
 * verified). `subjects` are the accounts it is about, its own first.
 */
export async function emailValues(
  deps: ValueDeps,
  email: WaitingEmail,
  subjects: readonly EmailSubject[],
): Promise<EmailValues | undefined> {
  const { settings } = deps
  const { context, address } = email
  const base = { siteName: settings.SITE_NAME, address }
  if (email.kind === 'invitation') return invitationValues(deps, email)
  if (email.userId === null) {
    return { ...base, username: '', ...(await codeValues(settings, email)) }
  }
  const [subject] = subjects
  if (subject === undefined) return undefined
  const values = { ...base, username: subject.username }
  switch (email.kind) {
    case 'confirm_email': {
      if (subject.addressId === null || subject.isAddressVerified) return undefined
      const key = await makeEmailKey(deps, subject.addressId)
      return { ...values, url: confirmUrl(settings, context, key), others: subject.otherClaimants }
    }
    case 'password_reset':
      return { ...values, ...(await resetValues(deps, email, subjects)) }
    case 'login_code':
    case 'confirm_email_code':
    case 'password_reset_code':
      return { ...values, ...(await codeValues(settings, email)) }
    case 'login_link':
      return { ...values, url: await loginUrl(deps, email, subject) }
    case 'account_already_exists':
    case 'totp_activated':
    case 'totp_deactivated':
    case 'recovery_codes_generated':
    case 'recovery_codes_used_up':
    case 'passkey_added':
    case 'passkey_removed':
    case 'email_removed':
      return { ...values, ...forgotPasswordUrl(settings, context) }
    case 'password_changed': {
      const connections = subject.connections.map((id) => providerName(settings, id))
      return { ...values, connections, ...forgotPasswordUrl(settings, context) }
    }
    case 'social_account_connected':
    case 'social_account_disconnected': {
      const providers = context.providers ?? []
      const provider = providers.map((id) => providerName(settings, id)).join(', ')
      return { ...values, provider, ...forgotPasswordUrl(settings, context) }
    }
    case 'email_in_use':
    case 'account_deleted':
      return values
    case 'account_deletion': {
      if (context.change === undefined) return undefined
      const key = await makeUndoKey(deps, 'deletion', context.change)
      const days = settings.ACCOUNT_DELETION_GRACE_DAYS
      return { ...values, days, url: undoDeletionUrl(settings, context, key) }
    }
    case 'email_changed':
    case 'email_added': {
      if (context.change === undefined) return undefined
      const key = await makeUndoKey(deps, 'address-change', context.change)
      return { ...values, url: undoUrl(settings, context, key) }
    }
    case 'email_claim_dropped':
    case 'email_replaced':
      return { ...values, address: context.claimed ?? address }
  }
}

function providerName(
  { SOCIALACCOUNT_PROVIDERS }: Pick<Settings, 'SOCIALACCOUNT_PROVIDERS'>,
  id: string,
): string {
  const app = Object.hasOwn(SOCIALACCOUNT_PROVIDERS, id) ? SOCIALACCOUNT_PROVIDERS[id] : undefined
  return app?.name ?? id
}

/** What the code of each mail is for: a code of one purpose is none of another. */
const CODE_PURPOSES: Partial<Readonly<Record<EmailKind, CodePurpose>>> = {
  login_code: 'login-code',
  confirm_email_code: 'verification-code',
  password_reset_code: 'reset-code',
}

/** The code of a mail that has one: it is nowhere else. */
async function codeValues(
  { SECRET_KEY }: Pick<Settings, 'SECRET_KEY'>,
  { kind, context }: WaitingEmail,
): Promise<Pick<EmailValues, 'code'>> {
  const purpose = CODE_PURPOSES[kind]
  if (purpose === undefined || context.seed === undefined) return {}
  return { code: await emailedCode(SECRET_KEY, purpose, context.seed) }
}

/** The link asks for a click. Its key comes after `#`, where no server and no scanner of mails sees it. */
async function loginUrl(
  deps: ValueDeps,
  { context, address }: WaitingEmail,
  subject: EmailSubject,
): Promise<string> {
  const { settings } = deps
  const key = await makeLoginKey(deps, { ...subject, mailedTo: foldEmail(address) })
  const template = settings.HEADLESS_FRONTEND_URLS['account_login_by_link']
  if (template !== undefined) return template.replaceAll('{key}', key)
  return `${serviceUrl(settings, context)}${PAGE_PATHS.loginLink}#${key}`
}

/** The settings for links to pages, a frontend's or our own. */
type FrontendUrlSettings = Pick<Settings, 'HEADLESS_FRONTEND_URLS' | 'PUBLIC_URL' | 'URL_PREFIX'>

/** The link of a verification mail: the frontend's page, or the built-in one. */
function confirmUrl(settings: FrontendUrlSettings, context: EmailContext, key: string): string {
  const template = settings.HEADLESS_FRONTEND_URLS['account_confirm_email']
  if (template !== undefined) return template.replaceAll('{key}', encodeURIComponent(key))
  return `${serviceUrl(settings, context)}${PAGE_PATHS.confirmEmail}${key}/`
}

function undoUrl(settings: FrontendUrlSettings, context: EmailContext, key: string): string {
  const template = settings.HEADLESS_FRONTEND_URLS['account_undo_email_change']
  if (template !== undefined) return template.replaceAll('{key}', encodeURIComponent(key))
  return `${serviceUrl(settings, context)}${PAGE_PATHS.undoEmail}${key}/`
}

function undoDeletionUrl(
  settings: FrontendUrlSettings,
  context: EmailContext,
  key: string,
): string {
  const template = settings.HEADLESS_FRONTEND_URLS['account_undo_deletion']
  if (template !== undefined) return template.replaceAll('{key}', encodeURIComponent(key))
  return `${serviceUrl(settings, context)}${PAGE_PATHS.undoDeletion}${key}/`
}

/** Values of an invitation, whose recipient has no account. */
async function invitationValues(
  deps: ValueDeps,
  { address, context }: WaitingEmail,
): Promise<EmailValues | undefined> {
  const { settings } = deps
  if (context.change === undefined) return undefined
  const key = await makeInvitationKey(deps, { nonce: context.change, email: address })
  const days = settings.INVITATION_DAYS
  const url = invitationUrl(settings, context, key)
  return { siteName: settings.SITE_NAME, address, username: '', days, url }
}

/** Where an invitation is accepted: a frontend's page, or the built-in one. */
export function invitationUrl(
  settings: FrontendUrlSettings,
  context: EmailContext,
  key: string,
): string {
  const template = settings.HEADLESS_FRONTEND_URLS['account_invitation']
  if (template !== undefined) return template.replaceAll('{key}', encodeURIComponent(key))
  return `${serviceUrl(settings, context)}${PAGE_PATHS.signUp}?invitation=${encodeURIComponent(key)}`
}

/** A link for each account: one mail about all of them, instead of one each. */
async function resetValues(
  deps: ValueDeps,
  email: WaitingEmail,
  subjects: readonly EmailSubject[],
): Promise<Pick<EmailValues, 'url' | 'accounts'>> {
  const links = await Promise.all(
    subjects.map(async (subject) => ({
      username: subject.username,
      url: await resetUrl(deps, email, subject),
    })),
  )
  const [first, ...accounts] = links
  return first === undefined ? {} : { url: first.url, accounts }
}

/** A link that sets the password of an account, as its mail to an address holds it. */
export async function resetUrl(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  { context, address }: Pick<WaitingEmail, 'context' | 'address'>,
  subject: Pick<EmailSubject, 'id' | 'passwordHash' | 'lastLoginAt' | 'email' | 'addresses'> &
    Partial<Pick<EmailSubject, 'publicId'>>,
): Promise<string> {
  const uid = encodeUid(subject.id, settings.USER_PK === 'uuid' ? subject.publicId : undefined)
  const addresses = subject.addresses.map(({ email }) => email)
  const mailedTo = foldEmail(address)
  const token = await makeResetToken({ ...subject, addresses, mailedTo }, settings.SECRET_KEY, now)
  const template = settings.HEADLESS_FRONTEND_URLS['account_reset_password_from_key']
  if (template === undefined) {
    return `${serviceUrl(settings, context)}${PAGE_PATHS.setPassword}${uid}/${token}/`
  }
  return template
    .replaceAll('{key}', `${uid}-${token}`)
    .replaceAll('{uid}', uid)
    .replaceAll('{token}', token)
}

/** Where to ask for a new password, if anywhere. */
function forgotPasswordUrl(
  settings: FrontendUrlSettings & Pick<Settings, 'BUILT_IN_PAGES'>,
  context: EmailContext,
): { readonly url?: string } {
  const url = settings.HEADLESS_FRONTEND_URLS['account_reset_password']
  if (url !== undefined) return { url }
  if (!settings.BUILT_IN_PAGES) return {}
  return { url: serviceUrl(settings, context) + PAGE_PATHS.forgotPassword }
}

/** Where our own pages are: never taken from a request unless the settings ask for it. */
function serviceUrl(
  settings: Pick<Settings, 'PUBLIC_URL' | 'URL_PREFIX'>,
  context: EmailContext,
): string {
  const base = context.origin === '' ? (settings.PUBLIC_URL ?? DEVELOPMENT_URL) : context.origin
  return base.replace(/\/$/, '') + settings.URL_PREFIX
}

const DEVELOPMENT_URL = 'http://localhost:8787'
