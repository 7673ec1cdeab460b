/** URLs at which mail services report bounces and complaints, after which an address gets no more mails. */
import type { Settings } from '../../settings/parse.ts'
import type { Page } from '../../web/page.ts'
import { loadOperations } from './load-operations.ts'
import type { serveMailEvent } from './serve-mail-event.ts'

/** Services that report bounces and complaints, and the setting without which their endpoint does not exist. */
const REPORTERS = [
  ['resend', 'RESEND_WEBHOOK_SECRETS'],
  ['postmark', 'POSTMARK_WEBHOOK_CREDENTIALS'],
  ['ses', 'SES_TOPIC_ARNS'],
  ['mail', 'MAIL_EVENT_SECRETS'],
] as const satisfies readonly (readonly [Parameters<typeof serveMailEvent>[0], keyof Settings])[]

/** `webhooks/REPORTER/`: where mail services report bounces and complaints. */
export function mailEventPages(
  settings: Pick<Settings, 'URL_PREFIX' | (typeof REPORTERS)[number][1]>,
): readonly Page[] {
  return REPORTERS.filter(([, setting]) => settings[setting].length > 0).map(([reporter]) => ({
    path: `${settings.URL_PREFIX}webhooks/${reporter}/`,
    methods: ['POST'],
    serve: async (deps, request) =>
      (await loadOperations()).serveMailEvent(reporter, deps, request),
  }))
}
