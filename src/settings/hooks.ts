/** Settings of hooks over HTTP. */
import { meaning } from './meaning.ts'
import { structured, type Setting } from './setting.ts'

/** Before what hooks are asked. */
export const HOOK_NAMES = ['before_registration', 'before_login', 'before_mail'] as const

/** One of `HOOK_NAMES`. */
export type HookName = (typeof HOOK_NAMES)[number]

/** A hook that is asked over HTTP. */
export type RemoteHook = {
  readonly url: string
  /** Name of a service binding that is asked instead of the open network. */
  readonly binding: string | undefined
  readonly secrets: readonly string[]
  readonly onFailure: string
  readonly timeoutMs: number
}

/** Hooks by their name. */
export type RemoteHooks = Readonly<Partial<Record<string, RemoteHook>>>

/** Who is asked before something happens. */
export const hookSettings = {
  HOOKS: structured<RemoteHooks>(
    parseHooks,
    {},
    meaning(
      'What is asked before a registration, a login or a mail, as JSON: url, secrets, on_failure (docs/hooks.md). A secret.',
    ),
  ) satisfies Setting<RemoteHooks>,
} as const

const TIMEOUT_MS = 1_000

/** Reads them; whether they can work is judged elsewhere. */
function parseHooks(raw: unknown): RemoteHooks {
  if (raw === null || raw === '') return {}
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new Error('must be an object: {"before_login": {"url": "https://…", …}}')
  }
  const entries: readonly (readonly [string, unknown])[] = Object.entries(raw)
  return Object.fromEntries(
    entries.map(([name, given]) => {
      const fields: Partial<Record<string, unknown>> =
        typeof given === 'object' && given !== null ? { ...given } : {}
      const { url = '', binding, secrets, on_failure: onFailure = '', timeout_ms: ms } = fields
      return [
        name,
        {
          url: String(url),
          binding: typeof binding === 'string' ? binding : undefined,
          secrets: Array.isArray(secrets) ? secrets.map(String) : [],
          onFailure: String(onFailure),
          timeoutMs: ms === undefined ? TIMEOUT_MS : Number(ms),
        },
      ]
    }),
  )
}
