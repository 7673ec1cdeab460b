/** Types of settings given in code. */
import type { SettingsByName } from './table.ts'

/** What must not be written in code, where every reader of the repository sees it. */
type SecretName =
  | 'SECRET_KEY'
  | 'SECRET_KEY_FALLBACKS'
  | 'SIMPLE_JWT_SIGNING_KEY'
  | 'TURSO_DATABASE_URL'
  | 'TURSO_AUTH_TOKEN'
  | 'RESEND_API_KEY'
  | 'POSTMARK_SERVER_TOKEN'
  | 'SES_ACCESS_KEY_ID'
  | 'SES_SECRET_ACCESS_KEY'
  | 'MAIL_HOOK_SECRETS'
  | 'RESEND_WEBHOOK_SECRETS'
  | 'MAIL_EVENT_SECRETS'
  | 'POSTMARK_WEBHOOK_CREDENTIALS'
  | 'WEBHOOKS'
  | 'METRICS_TOKEN'
  | 'TURNSTILE_SECRET_KEY'
  | 'INTROSPECTION_CLIENTS'
  | 'HOOKS'

type Plain = string | number | boolean | undefined

/** Settings that are read into another shape than they are written in. */
type Json = Plain | null | readonly Json[] | { readonly [name: string]: Json }

/** How a setting is written in code: as what it is read as, where that is plain. */
type Written<Value> = [Value] extends [Plain | readonly string[]] ? Value : Json

/** Settings in code, under the names that dj-rest-auth, allauth, simplejwt and Django give them; no secrets. */
export type SettingsInput = {
  readonly [
    Name in Exclude<keyof SettingsByName, SecretName | 'DEFAULT_AUTHENTICATION_CLASSES'>
  ]?: Written<SettingsByName[Name]>
} & {
  /** As DRF spells them: `['TokenAuthentication', 'JWTAuthentication']`. */
  readonly DEFAULT_AUTHENTICATION_CLASSES?: readonly string[]
}
