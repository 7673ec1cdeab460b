import type { Settings } from '../../settings/parse.ts'
import type { Page } from '../../web/page.ts'
import type { serveMailEvent } from './serve-mail-event.ts'

/** Who tells of mails, and the setting without which nothing of it is served. */
const TELLERS = [
  ['resend', 'RESEND_WEBHOOK_SECRETS'],
  ['postmark', 'POSTMARK_WEBHOOK_CREDENTIALS'],
  ['ses', 'SES_TOPIC_ARNS'],
  ['mail', 'MAIL_EVENT_SECRETS'],
] as const satisfies readonly (readonly [Parameters<typeof serveMailEvent>[0], keyof Settings])[]

/** `webhooks/PROVIDER/`: where who sends mails tells of bounces and complaints. */
export function mailEventPages(settings: Settings): readonly Page[] {
  return TELLERS.filter(([, setting]) => settings[setting].length > 0).map(([teller]) => ({
    path: `${settings.URL_PREFIX}webhooks/${teller}/`,
    methods: ['POST'],
    serve: async (deps, request) =>
      (await import('./operations.chunk.ts')).serveMailEvent(teller, deps, request),
  }))
}
