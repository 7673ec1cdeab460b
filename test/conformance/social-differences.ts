import type { ExpectedResponse } from './corpus.ts'
import type { Moment, OurAnswer, RuledDifference } from './difference.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** Where social logins answer otherwise than the reference; part of the list in `differences.ts`. */
export const socialDifferences: readonly RuledDifference[] = [
  {
    rule: 'a social account logs in its own active user, for our app only',
    reason:
      'The reference takes tokens of any app and profiles without an id, gives tokens to deactivated users, and logs in as the other user when their social account is connected.',
    apply: wrongPerson,
  },
  {
    rule: 'a social sign-up that is not allowed makes no account',
    reason:
      'The reference saves it with an empty username, which the next one then collides with; the answer is that of an address that is taken.',
    apply: refusedSignUp,
  },
  {
    rule: 'the last way into an account cannot be thrown away',
    reason:
      'Without password and social account nobody gets in; allauth refuses it in this sentence.',
    apply: lastWayIn,
  },
]

const SESSION_COOKIE: JsonObject = {
  sessionid: {
    value: { $match: '^[0-9A-Za-z]{16,}$' },
    path: '/',
    domain: null,
    httponly: true,
    secure: false,
    samesite: 'Lax',
    max_age: 1_209_600,
    expires_in: 1_209_600,
  },
}

function refusal(message: string, cookies: JsonObject = {}): OurAnswer {
  const headers = { 'Content-Type': 'application/json' }
  const response: ExpectedResponse = {
    status: 400,
    headers,
    cookies,
    json: { non_field_errors: [message] },
  }
  return { response, ends: true }
}

type SocialRequest = { readonly provider: string; readonly isConnect: boolean }

/** Which provider a request that the reference answers well goes to. */
function socialRequestOf({ request, expected }: Moment): SocialRequest | undefined {
  if (request === undefined || expected?.status !== 200) return undefined
  const match = /\/(facebook|twitter)\/(connect\/)?$/.exec(request.path)
  if (match?.[1] === undefined || request.method !== 'POST') return undefined
  return { provider: match[1], isConnect: match[2] !== undefined }
}

/** Twitter's view keeps the token in a session before anything else. */
function sessionAt(provider: string): JsonObject {
  return provider === 'twitter' ? SESSION_COOKIE : {}
}

function wrongPerson(moment: Moment): OurAnswer | undefined {
  const social = socialRequestOf(moment)
  if (social === undefined) return undefined
  const { provider } = social
  const cookies = sessionAt(provider)
  if (isOfAnotherApp(moment) || !hasId(profileOf(moment, provider))) {
    const isTwitter = provider === 'twitter'
    const message = isTwitter ? 'No access to private resources at "api.x.com".' : 'Incorrect value'
    return refusal(message, cookies)
  }
  const owner = ownerOf(moment, provider)
  if (owner === undefined) return undefined
  if (!social.isConnect) {
    return isActive(moment, owner)
      ? undefined
      : refusal('Unable to log in with provided credentials.', cookies)
  }
  const caller = callerOf(moment)
  if (caller === undefined || caller === owner) return undefined
  const message = 'The third-party account is already connected to a different account.'
  return refusal(message, cookies)
}

function refusedSignUp(moment: Moment): OurAnswer | undefined {
  const social = socialRequestOf(moment)
  if (social === undefined || social.isConnect) return undefined
  const { provider } = social
  if (ownerOf(moment, provider) !== undefined || wasHereBefore(moment, provider)) return undefined
  const { settings } = moment.scenario
  const email = textOf(profileOf(moment, provider)?.['email']).toLowerCase()
  const isForbidden =
    settings['SOCIALACCOUNT_AUTO_SIGNUP'] === false ||
    (settings['SOCIALACCOUNT_EMAIL_REQUIRED'] === true && email === '') ||
    (provider === 'facebook' && isTakenByAddressAlone(moment, email))
  if (!isForbidden) return undefined
  return refusal('User is already registered with this e-mail address.', SESSION_COOKIE)
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

function lastWayIn(moment: Moment): OurAnswer | undefined {
  const { request, expected, scenario, step } = moment
  if (!/\/socialaccounts\/\d+\/disconnect\/$/.test(request?.path ?? '')) return undefined
  if (request?.method !== 'POST' || expected?.status !== 200) return undefined
  // A case of a cases file has its accounts in the setup, which no rule sees.
  if (step === 0) return undefined
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
  return hasPassword || remaining > 1 ? undefined : refusal('Your account has no password set up.')
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
  return typeof id === 'string' ? id.trim() !== '' : typeof id === 'number' || isLongNumber(id)
}

function isLongNumber(id: Json | undefined): boolean {
  return /^\d+$/.test(JSON.stringify(id) ?? '')
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

/** Whether an earlier step made or connected an account of this provider. */
function wasHereBefore(moment: Moment, provider: string): boolean {
  return requestsBefore(moment).some(
    (earlier) =>
      earlier.status === 200 && new RegExp(`/${provider}/(?:connect/)?$`).test(earlier.path),
  )
}

/** Who is calling: the login that gave the token, or the last one of the same cookie jar. */
function callerOf({ scenario, step, request, captured }: Moment): string | undefined {
  const token = textOf(request?.headers?.['Authorization']).replace(/^\S+\s+/, '')
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

function seedsBefore({ scenario, step }: Pick<Moment, 'scenario' | 'step'>): readonly JsonObject[] {
  return scenario.steps
    .slice(0, step)
    .flatMap((earlier) => (earlier.kind === 'seed' ? earlier.operations : []))
}

function exchangesBefore({ scenario, step }: Moment): readonly JsonObject[] {
  const last = scenario.steps.slice(0, step).findLast((earlier) => earlier.kind === 'provider')
  return last?.kind === 'provider' ? last.exchanges : []
}

function requestsBefore({
  scenario,
  step,
}: Moment): readonly { readonly path: string; readonly status: number }[] {
  return scenario.steps
    .slice(0, step)
    .flatMap((earlier) =>
      earlier.kind === 'request'
        ? [{ path: earlier.request.path, status: earlier.response.status }]
        : [],
    )
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
