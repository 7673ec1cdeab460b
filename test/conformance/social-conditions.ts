/** Where the list in `differences.ts` applies, among social logins. */
import { isNoHost } from './account-conditions.ts'
import { isJsonObject, mapMembers, type Json, type JsonObject } from './json.ts'
import { bearerOf, requestsBefore, seedsBefore, textOf, type Moment } from './moment.ts'

type SocialRequest = { readonly provider: string; readonly isConnect: boolean }

/** Which provider a request that the reference answers well goes to. */
function socialRequestOf({ request, expected }: Moment): SocialRequest | undefined {
  // 204: with TOKEN_MODEL null a session is all there is.
  if (request === undefined || ![200, 204].includes(expected?.status ?? 0)) return undefined
  const match = /\/(facebook|twitter)\/(connect\/)?$/.exec(request.path)
  if (match?.[1] === undefined || request.method !== 'POST') return undefined
  return { provider: match[1], isConnect: match[2] !== undefined }
}

/** A token of another app, or a profile without an id, logs somebody in. */
export function takesAnyToken(provider: string): (moment: Moment) => boolean {
  return (moment) => {
    if (socialRequestOf(moment)?.provider !== provider) return false
    return isOfAnotherApp(moment) || !hasId(profileOf(moment, provider))
  }
}

/** A deactivated user gets tokens. */
export function logsInDeactivated(provider: string): (moment: Moment) => boolean {
  return (moment) => {
    const social = socialRequestOf(moment)
    if (social?.provider !== provider || social.isConnect) return false
    const owner = ownerOf(moment, provider)
    return owner !== undefined && !isActive(moment, owner)
  }
}

/** Connecting the social account of another user logs in as that one. */
export function connectsOfAnother(provider: string): (moment: Moment) => boolean {
  return (moment) => {
    const social = socialRequestOf(moment)
    if (social?.provider !== provider || !social.isConnect) return false
    const owner = ownerOf(moment, provider)
    const caller = callerOf(moment)
    return owner !== undefined && caller !== undefined && caller !== owner
  }
}

/** Sign-ups are off. Those that the settings forbid save a user with an empty name there. */
export function signsUpClosed(moment: Moment): boolean {
  return (
    newcomerOf(moment) !== undefined &&
    moment.scenario.settings['SOCIALACCOUNT_AUTO_SIGNUP'] === false
  )
}

/** A newcomer brings no address where one is required. */
export function signsUpWithoutEmail(moment: Moment): boolean {
  const { settings } = moment.scenario
  if (settings['SOCIALACCOUNT_AUTO_SIGNUP'] === false) return false
  const fields = settings['ACCOUNT_SIGNUP_FIELDS']
  const isRequired =
    settings['SOCIALACCOUNT_EMAIL_REQUIRED'] ?? (Array.isArray(fields) && fields.includes('email*'))
  return isRequired === true && newcomerOf(moment)?.email === ''
}

/** A newcomer brings an address that only a row of the table of addresses has. */
export function signsUpTaken(moment: Moment): boolean {
  const newcomer = newcomerOf(moment)
  return newcomer?.provider === 'facebook' && isTakenByAddressAlone(moment, newcomer.email)
}

/** Who logs in by a provider for the first time, and with which address. */
function newcomerOf(
  moment: Moment,
): { readonly provider: string; readonly email: string } | undefined {
  const social = socialRequestOf(moment)
  if (social === undefined || social.isConnect) return undefined
  const { provider } = social
  if (ownerOf(moment, provider) !== undefined || wasHereBefore(moment, provider)) return undefined
  return { provider, email: textOf(profileOf(moment, provider)?.['email']).toLowerCase() }
}

/** The reference looks at users' own addresses only; this one is in the table of addresses. */
function isTakenByAddressAlone({ scenario, step }: Moment, email: string): boolean {
  if (scenario.settings['ACCOUNT_UNIQUE_EMAIL'] === false || email === '') return false
  return seedsBefore({ scenario, step }).some((operation) => {
    const own = textOf(operation['email'])
    const hasRow = typeof operation['email_verified'] === 'boolean'
    return hasRow && own !== email && own.toLowerCase() === email
  })
}

/** A name is shown with NUL in it, which only providers can say. */
export function showsNul({ expected }: Moment): boolean {
  return (
    expected?.json !== undefined &&
    JSON.stringify(withoutNul(expected.json)) !== JSON.stringify(expected.json)
  )
}

/** The same without it. */
export function withoutNul(json: Json): Json {
  if (typeof json === 'string') return json.replaceAll('\0', '')
  if (Array.isArray(json)) return json.map(withoutNul)
  return isJsonObject(json) ? mapMembers(json, withoutNul) : json
}

/** An account is shown with an address of a provider at a domain that no mail server has. */
export function showsNoHost({ request, expected }: Moment): boolean {
  const json = expected?.json
  if (request === undefined || expected?.status !== 200 || !isJsonObject(json)) return false
  return request.path.endsWith('/user/') && isNoHost(textOf(json['email']))
}

/** It is mailed to. */
export function mailsNoHost({ expectedMail }: Moment): boolean {
  const messages = expectedMail?.messages ?? []
  const to = messages.flatMap((message) => (Array.isArray(message.to) ? message.to : []))
  return to.length > 0 && to.every((email) => isNoHost(textOf(email)))
}

/**
 * A social login asks someone to verify an address that another account has verified, or by which a provider that vouches
 * for it has just led to the account.
 */
export function mailsOfProved(moment: Moment): boolean {
  const { messages = [] } = moment.expectedMail ?? {}
  const came = requestsBefore(moment).filter(
    ({ status, path }) => status === 200 && /\/(?:facebook|twitter)\/$/.test(path),
  )
  const to = messages.flatMap((message) => (Array.isArray(message.to) ? message.to : []))
  const holder = seedsBefore(moment).find(
    ({ email }) => textOf(email).toLowerCase() === textOf(to[0]).toLowerCase(),
  )
  if (to.length !== 1 || holder === undefined || came.length === 0) return false
  if (holder['email_verified'] === true) return came.length > 1
  const { settings } = moment.scenario
  const vouches = JSON.stringify(settings['SOCIALACCOUNT_PROVIDERS'] ?? {}).includes(
    'VERIFIED_EMAIL',
  )
  return settings['SOCIALACCOUNT_EMAIL_AUTHENTICATION'] === true && vouches
}

/** The only social account of a user without password is disconnected. */
export function losesLastWayIn(moment: Moment): boolean {
  const { request, expected, scenario, step } = moment
  if (!/\/socialaccounts\/\d+\/disconnect\/$/.test(request?.path ?? '')) return false
  if (request?.method !== 'POST' || expected?.status !== 200) return false
  // A case of a cases file has its accounts in the setup, which no rule sees.
  if (step === 0) return false
  const seeds = seedsBefore({ scenario, step })
  const signedUp = requestsBefore(moment).filter(
    (earlier) => earlier.status === 200 && /\/(?:facebook|twitter)\/$/.test(earlier.path),
  )
  const hasPassword =
    seeds.some(
      (operation) => operation['op'] === 'create_user' && operation['password'] !== null,
    ) ||
    requestsBefore(moment).some(
      (earlier) => earlier.status === 200 && earlier.path.endsWith('/password/change/'),
    )
  const seeded = seeds.filter((operation) => operation['op'] === 'create_social_account').length
  const gone = requestsBefore(moment).filter(
    (earlier) => earlier.status === 200 && earlier.path.endsWith('/disconnect/'),
  ).length
  const remaining = Math.max(seeded, Math.min(signedUp.length, 1)) - gone
  return !hasPassword && remaining <= 1
}

/** What the provider says of the person, by the last `provider` step. */
function profileOf(moment: Moment, provider: string): JsonObject | undefined {
  const path = provider === 'facebook' ? '/me' : '/verify_credentials.json'
  const found = exchangesBefore(moment).find((it) => textOf(it['url']).endsWith(path))?.['json']
  return isJsonObject(found) ? found : undefined
}

function hasId(profile: JsonObject | undefined): boolean {
  // A case of a cases file has its provider in the setup, which no rule sees.
  if (profile === undefined) return true
  const id = profile['id']
  // An integer, of any length: another number differs between what reads it.
  return typeof id === 'string' ? id.trim() !== '' : /^-?\d+$/.test(JSON.stringify(id) ?? '')
}

function isOfAnotherApp(moment: Moment): boolean {
  const answer = exchangesBefore(moment).find((it) => textOf(it['url']).endsWith('/debug_token'))
  const json = answer?.['json']
  const data = isJsonObject(json) ? json['data'] : undefined
  return isJsonObject(data) && (data['app_id'] !== 'fb-client' || data['is_valid'] !== true)
}

/** Who has the social account, by the seeds. */
function ownerOf(moment: Moment, provider: string): string | undefined {
  const owned = seedsBefore(moment).find(
    (operation) =>
      operation['op'] === 'create_social_account' && operation['provider'] === provider,
  )
  return owned === undefined ? undefined : textOf(owned['username'])
}

function isActive(moment: Moment, username: string): boolean {
  return !seedsBefore(moment).some((operation) => {
    if (operation['username'] !== username) return false
    const set = operation['set']
    return operation['is_active'] === false || (isJsonObject(set) && set['is_active'] === false)
  })
}

/** Whether an earlier step made or connected an account of this provider, and none disconnected it. */
function wasHereBefore(moment: Moment, provider: string): boolean {
  const good = requestsBefore(moment).filter(({ status }) => status === 200)
  const came = new RegExp(`/${provider}/(?:connect/)?$`)
  const lastCame = good.findLastIndex(({ path }) => came.test(path))
  return lastCame > good.findLastIndex(({ path }) => path.endsWith('/disconnect/'))
}

/** Who is calling: the login that gave the token, or the last one of the same cookie jar. */
function callerOf(moment: Moment): string | undefined {
  const { scenario, step, request, captured } = moment
  const token = bearerOf(moment)
  let caller: string | undefined
  for (const earlier of scenario.steps.slice(0, step)) {
    if (earlier.kind === 'seed') {
      const owner = earlier.operations.find((operation) => operation['token_key'] === token)
      if (owner !== undefined && token !== '') caller = textOf(owner['username'])
    }
    if (earlier.kind !== 'request' || !earlier.request.path.endsWith('/login/')) continue
    const { json, client } = earlier.request
    const gave = JSON.stringify(earlier.response.json ?? null)
    const isTheirs =
      token === ''
        ? client !== undefined && client === request?.client
        : [...captured].some(
            ([name, value]) => value === token && gave.includes(`"$capture":"${name}"`),
          )
    if (isTheirs && isJsonObject(json)) caller = textOf(json['username'])
  }
  return caller
}

function exchangesBefore({ scenario, step }: Moment): readonly JsonObject[] {
  const last = scenario.steps.slice(0, step).findLast((earlier) => earlier.kind === 'provider')
  return last?.kind === 'provider' ? last.exchanges : []
}
