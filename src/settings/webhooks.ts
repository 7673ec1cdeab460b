/** `WEBHOOKS`: endpoints, events and secrets. */
import { meaning, type Meaning } from './meaning.ts'
import { integer, structured, type Setting } from './setting.ts'

/** A system that hears of events. */
export type Webhook = {
  readonly name: string
  readonly url: string
  /** They all sign: two while one is being replaced. */
  readonly secrets: readonly string[]
  /** Filters; an event goes out where one of them takes it. */
  readonly events: readonly string[]
}

/** Who hears of events. */
export const webhookSettings = {
  WEBHOOKS: webhooks(
    meaning(
      'Systems that hear of events, as JSON by name: url, secrets, events (docs/webhooks.md). A secret.',
    ),
  ),
  WEBHOOK_LOGIN_FAILED_PERCENT: integer(
    { min: 0, max: 100 },
    10,
    meaning('So many of a hundred failed logins are told as login.failed.'),
  ),
} as const

function webhooks(text: Meaning): Setting<readonly Webhook[]> {
  return structured<readonly Webhook[]>(parseWebhooks, [], text)
}

/** Reads them; whether they can work is judged elsewhere. */
function parseWebhooks(raw: unknown): readonly Webhook[] {
  if (raw === null || raw === '') return []
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new Error(
      'must be an object by name: {"crm": {"url": "https://…", "secrets": ["whsec_…"]}}',
    )
  }
  const entries: readonly (readonly [string, unknown])[] = Object.entries(raw)
  return entries.map(([name, given]) => {
    const fields: Partial<Record<string, unknown>> =
      typeof given === 'object' && given !== null ? { ...given } : {}
    const { url = '', secrets, events = ['*'] } = fields
    return { name, url: String(url), secrets: textsOf(secrets), events: textsOf(events) }
  })
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
