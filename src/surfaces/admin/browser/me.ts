/**
 * The caller, typed: scopes decide what the page offers. The API decides again; hiding a button protects nothing.
 */

/** The caller, as `admin/api/me/` answers. */
export type Me = {
  readonly id: number
  readonly is_superuser: boolean
  readonly scopes: readonly string[]
  readonly can_impersonate: boolean
  readonly providers: readonly string[]
  /** Own fields by whose value an account is found. */
  readonly own_fields: readonly string[]
  /** Whether any webhook is configured. */
  readonly has_webhooks: boolean
}
