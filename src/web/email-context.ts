import type { EmailContext } from '../core/mail/outbox.sql.ts'
import type { Settings } from '../settings/parse.ts'
import { languageOf } from './language.ts'

/**
 * What a mail remembers of the request: its language and, where `LINKS_FROM_REQUEST_HOST` is on, scheme
 * and host.
 */
export function emailContextOf(settings: Settings, request: Request): EmailContext {
  const language = languageOf(settings, request)
  if (!settings.LINKS_FROM_REQUEST_HOST) return { origin: '', language }
  const url = new URL(request.url)
  return { origin: `${url.protocol}//${request.headers.get('host') ?? url.host}`, language }
}
