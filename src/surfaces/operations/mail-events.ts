import type { Settings } from '../../settings/parse.ts'
import type { Page } from '../../web/page.ts'

/** `webhooks/resend/`: where Resend tells of bounces and complaints. Nothing is served without its signing secret. */
export function mailEventPages(settings: Settings): readonly Page[] {
  if (settings.RESEND_WEBHOOK_SECRETS.length === 0) return []
  return [
    {
      path: `${settings.URL_PREFIX}webhooks/resend/`,
      methods: ['POST'],
      serve: async (deps, request) =>
        (await import('./operations.chunk.ts')).serveResendEvent(deps, request),
    },
  ]
}
