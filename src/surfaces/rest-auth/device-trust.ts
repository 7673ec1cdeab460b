/**
 * Trusted devices on the wire: the field in which a step is asked to trust one, and the cookie or field by which it is
 * known at the next login, in the same words for every way of logging in.
 */
import { trustsDevices, type DeviceTrustSettings } from '../../settings/trust-cookie.ts'
import { trustCookie } from '../../web/cookies.ts'
import type { JsonValue } from '../../web/json.ts'
import type { Context, Reply, ResponseDescription } from './define-route.ts'
import { charField } from './fields.ts'
import { isTicked, tickField } from './ticked.ts'

/**
 * The token that a trusted device presents in place of further steps: a cookie, or a field for clients without cookies.
 */
export function trustTokenOf(
  { cookies, deps }: Pick<Context, 'cookies' | 'deps'>,
  given?: string,
): string | undefined {
  const { settings } = deps
  if (!trustsDevices(settings)) return undefined
  return given === undefined || given === '' ? cookies[settings.MFA_TRUST_COOKIE_NAME] : given
}

/** The field for that token, where devices may be trusted. */
export function trustFields(settings: DeviceTrustSettings): {
  readonly trust_token?: ReturnType<typeof trustTokenField>
} {
  return trustsDevices(settings) ? { trust_token: trustTokenField() } : {}
}

function trustTokenField() {
  return charField({ required: false, allowBlank: true, isOurs: true })
}

/** The field of a step in which a device asks to be trusted, where that is possible. */
export function trustChoiceFields(isPossible: boolean): {
  readonly trust?: ReturnType<typeof tickField>
} {
  return isPossible ? { trust: tickField() } : {}
}

/** How a device asks to be trusted. */
type TrustChoice = 'cookie' | 'token' | undefined

/**
 * How the device wants to be trusted: `true` or a ticked box by a cookie, `"token"` in the body, for clients
 * without cookies.
 */
export function readTrustChoice(given: JsonValue | undefined): TrustChoice {
  if (given === 'token') return given
  return isTicked(given) ? 'cookie' : undefined
}

/** Adds the token of a trusted device, which replaces further steps at the next login. */
export function trustedReply(
  { settings, now }: Context['deps'],
  reply: Reply,
  { trustToken, choice }: { readonly trustToken: string | undefined; readonly choice: TrustChoice },
): Reply {
  if (trustToken === undefined) return reply
  if (choice === 'token') {
    const body = { ...Object(reply.body), trust_token: trustToken } as unknown
    return { ...reply, status: 200, body }
  }
  const cookie = trustCookie(settings, trustToken, now)
  return { ...reply, cookies: [...(reply.cookies ?? []), cookie] }
}

type Responses = Readonly<Record<number, ResponseDescription>>
type Schema = Readonly<Record<string, unknown>>

/** What a login answers, where a device may ask to be trusted. */
export function trustedResponses(responses: Responses, isPossible: boolean): Responses {
  if (!isPossible) return responses
  const { description = 'Logged in.', schema = { type: 'object' } } = responses[200] ?? {}
  const { anyOf } = schema as { readonly anyOf?: readonly Schema[] }
  const [granted = {}, ...others] = anyOf ?? [schema]
  const properties = {
    ...Object(granted['properties']),
    trust_token: { type: 'string' },
  } as unknown
  const trusted = { ...granted, properties }
  return {
    ...responses,
    200: { description, schema: anyOf === undefined ? trusted : { anyOf: [trusted, ...others] } },
  }
}
