/** Claims of a token, or what introspection answered. */
export type Claims = Readonly<Record<string, unknown>>

/** Who is calling. `Own`: the claims that the service's `JWT_CLAIMS` declares, by their types. */
export type GuardUser<Own extends object = object> = {
  readonly id: string
  /** What was believed: claims of a verified JWT, or the answer of introspection. Any may be missing. */
  readonly claims: Claims & Readonly<Partial<Own>>
  /** Claims `roles` and `groups`. */
  readonly roles: readonly string[]
  /** Claim `scope`. */
  readonly scopes: readonly string[]
}

/** The time, as everything in the guard asks for it. */
export function nowMs({ now = Date.now }: { readonly now?: () => number }): number {
  return now()
}

/** What an object holds; nothing of anything else. */
export function objectOf(value: unknown): Claims {
  return typeof value === 'object' ? { ...value } : {}
}

/** One or several texts, as a list. */
export function listOf<Value extends string>(
  value: Value | readonly Value[] = [],
): readonly Value[] {
  return typeof value === 'string' ? [value] : value
}
