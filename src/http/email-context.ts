import type { EmailContext } from '../db/outbox.ts'
import type { Settings } from '../settings/parse.ts'

/** What a mail remembers of the request: where `LINKS_FROM_REQUEST_HOST` is on, its scheme and host. */
export function emailContextOf(settings: Settings, request: Request): EmailContext {
  if (!settings.LINKS_FROM_REQUEST_HOST) return { origin: '' }
  const url = new URL(request.url)
  return { origin: `${url.protocol}//${request.headers.get('host') ?? url.host}` }
}
