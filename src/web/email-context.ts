/**
 * What a mail that a request causes must know of it: language, and origin for links where the settings allow it.
 * Never the `Host` header by itself (host header injection).
 */
import type { EmailContext } from '../core/mail/outbox.sql.ts'
import type { Settings } from '../settings/parse.ts'
import type { PolicyOf } from '../settings/policy.ts'
import { languageOf } from './language.ts'

/** The settings that say where mailed links lead. */
type LinkSettings = Pick<
  Settings,
  | 'ACCOUNT_DEFAULT_HTTP_PROTOCOL'
  | 'LANGUAGE_CODE'
  | 'PASSWORD_RESET_USE_SITES_DOMAIN'
  | 'SITE_DOMAIN'
  | 'USE_ACCEPT_LANGUAGE'
> &
  PolicyOf<'mails'>

/**
 * What a mail remembers of the request: its language and, where `LINKS_FROM_REQUEST_HOST` is on, scheme
 * and host.
 */
export function emailContextOf(settings: LinkSettings, request: Request): EmailContext {
  const language = languageOf(settings, request)
  if (!settings.policy.mails.linkToRequestHost) return { origin: '', language }
  const url = new URL(request.url)
  const protocol = settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL === 'https' ? 'https:' : url.protocol
  return { origin: `${protocol}//${request.headers.get('host') ?? url.host}`, language }
}

/** The same for a reset, whose link `PASSWORD_RESET_USE_SITES_DOMAIN` leads to the site. */
export function resetContextOf(settings: LinkSettings, request: Request): EmailContext {
  const context = emailContextOf(settings, request)
  const { ACCOUNT_DEFAULT_HTTP_PROTOCOL: protocol, SITE_DOMAIN } = settings
  const isHonoured =
    settings.PASSWORD_RESET_USE_SITES_DOMAIN && !settings.policy.mails.linkToRequestHost
  if (!isHonoured) return context
  return { ...context, origin: `${protocol}://${SITE_DOMAIN}` }
}
