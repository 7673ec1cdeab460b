/**
 * Hooks before a registration, a login or a mail: where a deployment may refuse, or add claims. Their code is
 * loaded only where any are configured.
 */
import type { HookDeps } from './hook-deps.ts'
import type {
  HookClient,
  LoginVerdict,
  MailVerdict,
  RegistrationEvent,
  RegistrationVerdict,
} from '../../hooks.ts'
import { HookDown, HookRefused } from './refusal.ts'
import { lazily } from '../../lazily.ts'

const loadHooks = lazily(() => import('./hooks.chunk.ts'))

/**
 * Asks before an account is made. Costs nothing where there is no hook.
 *
 * @throws HookRefused, HookDown
 */
export async function callBeforeRegistration(
  deps: HookDeps,
  event: Omit<RegistrationEvent, 'client'>,
): Promise<GivenNames> {
  const { hooks, settings } = deps
  const local = hooks?.beforeRegistration
  const remote = settings.HOOKS['before_registration']
  if (local === undefined && remote === undefined) return NO_NAMES
  const { callHook } = await loadHooks()
  const asked = { ...event, client: hookClient(deps) }
  const verdict = await callHook<RegistrationVerdict>(deps, 'before_registration', {
    event: asked,
    local,
  })
  if (verdict === 'down') throw new HookDown()
  if (verdict === 'allowed') return NO_NAMES
  if (!verdict.allow) throw new HookRefused(verdict.message)
  const { first_name: firstName, last_name: lastName } = verdict.set ?? {}
  return { firstName: nameOf(firstName), lastName: nameOf(lastName) }
}

/** Where a hook gives none. */
export const NO_NAMES: GivenNames = { firstName: '', lastName: '' }

/** Names that a hook sets on a new account. */
type GivenNames = { readonly firstName: string; readonly lastName: string }

/** Django's limit of the columns. */
const NAME_MAX_LENGTH = 150

function nameOf(text: unknown): string {
  return typeof text === 'string' ? text.replaceAll('\0', '').slice(0, NAME_MAX_LENGTH) : ''
}

/**
 * Asks before someone who was proved is signed in; answers the claims that go into the tokens.
 *
 * @throws HookRefused, HookDown
 */
export async function callBeforeLogin(
  deps: HookDeps,
  {
    userId,
    how,
    publicId,
  }: {
    readonly userId: number
    readonly how: string
    /** Asked only where someone hears it; absent where clients see numbers. */
    readonly publicId: (() => Promise<string>) | undefined
  },
): Promise<Readonly<Record<string, unknown>>> {
  const { hooks, settings } = deps
  const local = hooks?.beforeLogin
  if (local === undefined && settings.HOOKS['before_login'] === undefined) return {}
  const { callHook, claimsOf } = await loadHooks()
  const pk = await publicId?.()
  const named = { user_id: userId, ...(pk === undefined ? {} : { pk }) }
  const event = { ...named, how, client: hookClient(deps) }
  const verdict = await callHook<LoginVerdict>(deps, 'before_login', { event, local })
  if (verdict === 'down') throw new HookDown()
  if (verdict === 'allowed') return {}
  if (!verdict.allow) throw new HookRefused(verdict.message)
  return claimsOf(settings, verdict.claims)
}

/** Asks before a mail is sent. `down`: later. */
export async function callBeforeMail(
  deps: HookDeps,
  event: { readonly kind: string; readonly to: string },
): Promise<'send' | 'drop' | 'down'> {
  const { callHook } = await loadHooks()
  const local = deps.hooks?.beforeMail
  const verdict = await callHook<MailVerdict>(deps, 'before_mail', { event, local })
  if (verdict === 'down') return 'down'
  return verdict === 'allowed' || verdict.allow ? 'send' : 'drop'
}

/** Whether mails are asked about. */
export function asksBeforeMail({ settings, hooks }: Pick<HookDeps, 'settings' | 'hooks'>): boolean {
  return hooks?.beforeMail !== undefined || settings.HOOKS['before_mail'] !== undefined
}

/** What hooks learn of the client. */
function hookClient({ client }: Pick<HookDeps, 'client'>): HookClient {
  return { address: client.address, country: client.country, user_agent: client.userAgent }
}
