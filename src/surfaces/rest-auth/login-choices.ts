/**
 * Choices that a login may carry: whether it outlives the browser (`REMEMBER_ME`), and for which client its tokens
 * are (`JWT_CLIENTS`). They narrow settings for the one request, so that nothing downstream need know of them.
 */
import { isLastingKey } from '../../core/tokens/lasting-key.ts'
import { findJwtClient, mayAskFrom } from '../../settings/jwt-clients.ts'
import { depsOfLogin } from '../../settings/remember.ts'
import type { Settings } from '../../settings/parse.ts'
import { message } from '../../i18n/message.ts'
import { fieldErrors, forbidden } from '../../web/errors.ts'
import type { Context, UserContext } from './define-route.ts'
import type { JsonValue } from '../../web/json.ts'
import { charField } from './fields.ts'
import { isTicked, tickField } from './ticked.ts'

type ChoiceFields = {
  readonly remember?: ReturnType<typeof tickField>
  readonly client_id?: ReturnType<typeof clientField>
}

/** The settings for what a login may choose. */
export type LoginChoiceSettings = Pick<Settings, 'JWT_CLIENTS' | 'REMEMBER_ME'>

/** The fields of a login for those choices; none where the settings offer none. */
export function loginChoiceFields(settings: LoginChoiceSettings): ChoiceFields {
  return {
    ...(settings.REMEMBER_ME ? { remember: tickField() } : {}),
    ...clientFields(settings),
  }
}

/** The field in which a client names itself. */
export function clientFields(
  settings: Pick<Settings, 'JWT_CLIENTS'>,
): Pick<ChoiceFields, 'client_id'> {
  return settings.JWT_CLIENTS.length > 0 ? { client_id: clientField() } : {}
}

function clientField() {
  return charField({ required: false, allowBlank: true, isOurs: true, help: CLIENT_HELP })
}

const CLIENT_HELP = 'Which of JWT_CLIENTS this is: what its tokens say is its own.'

/** The choices as the fields were read. */
type Choices = { readonly remember?: JsonValue | undefined; readonly client_id?: unknown }

/**
 * The context of a login, with the lifetimes that `remember` chooses, for the client that asks.
 *
 * @throws ApiError 400 for a client that is not declared, 403 for one of other pages
 */
export function loginContext<Known extends Context>(context: Known, choices: Choices): Known {
  const { deps, request } = context
  const { remember, client_id: named } = choices
  const jwtClient = clientOf(deps.settings, request, named)
  const isRemembered = !deps.settings.REMEMBER_ME || isTicked(remember)
  if (isRemembered && jwtClient === undefined) return context
  return { ...context, deps: { ...depsOfLogin(deps, isRemembered), jwtClient } }
}

/**
 * The context of a caller who continues with credentials that replace theirs: for the client that theirs are for.
 *
 * @throws ApiError 403 for a page of another client
 */
export function callerContext<Known extends UserContext>(context: Known): Known {
  const { deps, request, caller } = context
  const jwtClient = caller.credential.kind === 'jwt' ? caller.credential.client : undefined
  if (jwtClient === undefined) return context
  requireOrigin(deps.settings, request, jwtClient)
  return { ...context, deps: { ...deps, jwtClient } }
}

/**
 * The same, and new credentials outlive the browser only where the caller's own do.
 *
 * @throws ApiError 403 for a page of another client
 */
export function continuedContext<Known extends UserContext>(given: Known): Known {
  const context = callerContext(given)
  return { ...context, deps: depsOfLogin(context.deps, isLasting(context)) }
}

/** Whether the caller's login is to outlive the browser: JWTs say it, keys show it. */
function isLasting({ caller: { credential }, cookies, deps, request }: UserContext): boolean {
  switch (credential.kind) {
    case 'jwt':
      return credential.isRemembered ?? true
    case 'session':
      return isLastingKey(cookies[deps.settings.SESSION_COOKIE_NAME] ?? '')
    case 'token':
      return isLastingKey(request.headers.get('authorization') ?? '')
  }
}

/** The client that is named, else the one whose pages the request comes from. */
function clientOf(
  settings: Pick<Settings, 'JWT_CLIENTS'>,
  request: Request,
  named: unknown,
): string | undefined {
  if (settings.JWT_CLIENTS.length === 0) return undefined
  const origin = request.headers.get('origin')
  if (typeof named !== 'string' || named === '') {
    return settings.JWT_CLIENTS.find(({ origins }) => origins.some((one) => one === origin))?.id
  }
  const client = findJwtClient(settings, named)
  if (client === undefined) {
    throw fieldErrors({ client_id: [message('choice_invalid', { input: named })] })
  }
  requireOrigin(settings, request, named)
  return named
}

/**
 * Refuses tokens of a client to pages of another one: else any page on a trusted origin could ask for them. See
 * `mayAskFrom`.
 *
 * @throws ApiError 403
 */
function requireOrigin(
  settings: Pick<Settings, 'JWT_CLIENTS'>,
  request: Request,
  client: string,
): void {
  const declared = findJwtClient(settings, client)
  if (declared === undefined || mayAskFrom(declared, request.headers.get('origin'))) return
  throw forbidden(message('permission_denied'))
}
