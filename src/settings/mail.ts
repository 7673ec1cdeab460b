/** Settings of mails: sender, subject prefix, site name. */
import { meaning, type Meaning } from './meaning.ts'
import { parseStringList } from './raw-value.ts'
import { optionalTrimmed, stringList, trimmedString, type Setting } from './setting.ts'
import type { TransportName } from './mail-transports.ts'
import { TRANSPORTS } from './mail-transports.ts'

/** How mails leave. */
export const mailSettings = {
  MAIL_TRANSPORTS: transports(
    meaning(
      'Who sends mails, in this order: resend, cloudflare, postmark, ses, http. Empty: resend, where RESEND_API_KEY is set.',
    ),
  ),
  POSTMARK_SERVER_TOKEN: optionalTrimmed(undefined, meaning('Server token of Postmark. A secret.')),
  POSTMARK_MESSAGE_STREAM: trimmedString('outbound', meaning('Message stream of Postmark.')),
  SES_REGION: optionalTrimmed(undefined, meaning('Region of Amazon SES, eu-central-1.')),
  SES_ACCESS_KEY_ID: optionalTrimmed(
    undefined,
    meaning('Access key that may ses:SendEmail. A secret.'),
  ),
  SES_SECRET_ACCESS_KEY: optionalTrimmed(undefined, meaning('Its secret. A secret.')),
  MAIL_HOOK_URL: optionalTrimmed(
    undefined,
    meaning('Where http posts mails as JSON, signed (Standard Webhooks).'),
  ),
  MAIL_HOOK_SECRETS: stringList(
    [],
    meaning(
      'Secrets that sign them, whsec_ and base64; two while one is being replaced. A secret.',
    ),
  ),
  RESEND_WEBHOOK_SECRETS: stringList(
    [],
    meaning(
      "Signing secrets of Resend's webhook; with them webhooks/resend/ hears of bounces and complaints. A secret.",
    ),
  ),
  MAIL_EVENT_SECRETS: stringList(
    [],
    meaning(
      'Secrets by which a program of yours signs what it tells webhooks/mail/ of bounces and complaints (Standard Webhooks). A secret.',
    ),
  ),
  POSTMARK_WEBHOOK_CREDENTIALS: stringList(
    [],
    meaning(
      "NAME:PASSWORD by which Postmark's webhook may call webhooks/postmark/; two while one is being replaced. A secret.",
    ),
  ),
  SES_TOPIC_ARNS: stringList(
    [],
    meaning('Topics of Amazon SNS that tell webhooks/ses/ of bounces and complaints.'),
  ),
} as const

function transports(text: Meaning): Setting<readonly TransportName[]> {
  return {
    default: [],
    exact: [],
    meaning: text,
    parse: (raw) => {
      const names = parseStringList(raw).map((name) => {
        const known = TRANSPORTS.find((one) => one === name.toLowerCase())
        if (known !== undefined) return known
        throw new Error(`knows ${TRANSPORTS.join(', ')}, not ${JSON.stringify(name)}`)
      })
      if (new Set(names).size < names.length) throw new Error('names a transport twice')
      return names
    },
  }
}
