/** An account, as the operator's API answers it, typed for the page's script. */
import type { AuditEvent } from './events.ts'

/** An account as the API answers it. */
export type Person = {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_active: boolean
  readonly is_staff: boolean
  readonly is_superuser: boolean
  readonly date_joined: string
  readonly last_login: string | null
  readonly has_usable_password: boolean
  readonly addresses: readonly { email: string; verified: boolean; primary: boolean }[]
  readonly logins: readonly { user_agent: string; country: string; last_used_at: string }[]
  readonly sessions: readonly { created_at: string }[]
  readonly auth_token_created_at: string | null
  readonly authenticator_app: { created_at: string; recovery_codes_left: number } | null
  readonly passkeys: readonly { name: string; created_at: string }[]
  readonly social_accounts: readonly { provider: string; uid: string }[]
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  readonly own_fields: Readonly<Record<string, unknown>>
  readonly mails: readonly { kind: string; address: string }[]
  readonly events: readonly AuditEvent[]
}
