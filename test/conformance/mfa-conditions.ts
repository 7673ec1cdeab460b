/** Where the list in `second-factor-differences.ts` applies, among one-time codes. */
import type { ExpectedResponse } from './corpus.ts'
import { isJsonObject, numberOf, type Json, type JsonObject } from './json.ts'
import { bodyField, seedsBetween, textOf, type Done, type Moment } from './moment.ts'

const VERIFY = /\/mfa\/verify\/?$/
const ACTIVATE = /\/mfa\/totp\/activate\/?$/
const TAKES_CODE = /\/mfa\/(?:verify|totp\/(?:de)?activate)\/?$/
const LIMIT = 5

/** A one-time code is accepted again, or an older one after a newer one. */
export function acceptsStaleCode(moment: Moment): boolean {
  if (!isPost(moment, TAKES_CODE) || !isGranted(moment.expected)) return false
  const step = timeStepOf(moment, moment)
  if (step === undefined) return false
  return doneBefore(moment, TAKES_CODE).some((earlier) => {
    const accepted = isGranted(earlier.expected) ? timeStepOf(moment, earlier) : undefined
    return accepted !== undefined && accepted >= step
  })
}

function timeStepOf({ timeSteps }: Moment, { request }: Pick<Moment, 'request'>) {
  return timeSteps.get(textOf(bodyField(request, 'code')).trim())
}

/** An ephemeral token logs in again. */
export function acceptsSpentToken(moment: Moment): boolean {
  if (!isPost(moment, VERIFY) || !isJudged(moment)) return false
  return wasGranted(moment, VERIFY, 'ephemeral_token')
}

/** An ephemeral token outlives the password that it was given for. */
export function outlivesPassword(moment: Moment): boolean {
  if (!isPost(moment, VERIFY) || !isJudged(moment)) return false
  const begun = begunAt(moment)
  if (begun === undefined) return false
  const isSet = seedsBetween(moment, begun).some(({ op }) => op === 'set_password')
  const path = /\/password\/(?:change|reset\/confirm)\/?$/
  return isSet || doneBefore(moment, path).some((it) => it.step > begun && isGranted(it.expected))
}

/** An ephemeral token is good for a factor that was set up after it. */
export function outlivesFactor(moment: Moment): boolean {
  if (!isPost(moment, VERIFY) || !isGranted(moment.expected)) return false
  const begun = begunAt(moment)
  if (begun === undefined) return false
  const isSet = seedsBetween(moment, begun).some(({ op }) => op === 'enable_totp')
  return (
    isSet || doneBefore(moment, ACTIVATE).some((it) => it.step > begun && isGranted(it.expected))
  )
}

/** An address lost its mandatory verification between the two steps. */
export function outlivesVerification(moment: Moment): boolean {
  if (!isPost(moment, VERIFY) || !isGranted(moment.expected)) return false
  if (moment.scenario.settings['ACCOUNT_EMAIL_VERIFICATION'] !== 'mandatory') return false
  const begun = begunAt(moment)
  return (
    begun !== undefined && seedsBetween(moment, begun).some(({ verified }) => verified === false)
  )
}

/** The step whose answer gave the ephemeral token. */
function begunAt({ request, done }: Moment): number | undefined {
  const token = textOf(bodyField(request, 'ephemeral_token'))
  return token === '' ? undefined : done.find(({ answered }) => answered.includes(token))?.step
}

/** Five wrong codes are counted, whatever they were for; the next one is judged all the same. */
export function guessesOn(moment: Moment): boolean {
  if (!isPost(moment, TAKES_CODE) || !isJudged(moment)) return false
  const tries = doneBefore(moment, TAKES_CODE)
  const lastGranted = tries.findLastIndex(({ expected }) => isGranted(expected))
  return (
    tries.slice(lastGranted + 1).filter(({ expected }) => isWrongCode(expected)).length >= LIMIT
  )
}

/** The same, and it is right: what follows in the recording rests on that. */
export function guessesRightly(moment: Moment): boolean {
  return isGranted(moment.expected) && guessesOn(moment)
}

/** An activation token switches on again what was switched off meanwhile. */
export function activatesAgain(moment: Moment): boolean {
  if (!isPost(moment, ACTIVATE) || !isJudged(moment)) return false
  return wasGranted(moment, ACTIVATE, 'activation_token')
}

function wasGranted(moment: Moment, path: RegExp, field: string): boolean {
  const token = textOf(bodyField(moment.request, field))
  return doneBefore(moment, path).some(
    ({ request, expected }) => isGranted(expected) && textOf(bodyField(request, field)) === token,
  )
}

/** Somebody with one-time codes gets a token at once. `login` itself asks only with its slash. */
export function skipsSecondFactor(path: RegExp): (moment: Moment) => boolean {
  return (moment) => {
    const { expected } = moment
    if (!isPost(moment, path) || !isGranted(expected)) return false
    return !('mfa_required' in recordOf(expected?.json)) && hasTotp(moment)
  }
}

/** Whether anybody has one-time codes by now. */
export function hasTotp(moment: Moment): boolean {
  const changes = doneBefore(moment, /\/mfa\/totp\/(?:de)?activate\/?$/).filter(
    ({ request, expected }) => request.method === 'POST' && isGranted(expected),
  )
  const last = changes.at(-1)
  if (last !== undefined) return ACTIVATE.test(last.request.path)
  return seedsBetween(moment, -1).some(({ op }) => op === 'enable_totp')
}

/** A parse error tells a position behind a captured token, and ours are of another length. */
export function tellsPosition(moment: Moment): boolean {
  if (!isPost(moment, TAKES_CODE)) return false
  const { scenario, step, expected } = moment
  const sent = scenario.steps[step]
  const token = sent?.kind === 'request' ? (sent.request.raw?.indexOf('{{') ?? -1) : -1
  const detail = textOf(recordOf(expected?.json)['detail'])
  const position = /^JSON parse error .*\(char (\d+)\)$/.exec(detail)?.[1]
  return token >= 0 && position !== undefined && Number(position) > token
}

/** The same answer with other positions. */
export function atAnyPosition(expected: ExpectedResponse): ExpectedResponse {
  const detail = textOf(recordOf(expected.json)['detail'])
  const pattern = detail.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&').replace(/\d+/g, '\\d+')
  return { ...expected, json: { detail: { $match: `^${pattern}$` } } }
}

/** The reference crashes at a HEAD on the activation. */
export function crashesOnHead({ request, expected }: Moment): boolean {
  if (expected?.server_error !== true || request?.method !== 'HEAD') return false
  return ACTIVATE.test(request.path)
}

/** Codes that no app shows, no time to type one, or sets of codes that no page could show. */
export function refusesMfaSettings(settings: JsonObject): boolean {
  const own = recordOf(settings['REST_AUTH'])
  const digits = numberOf(own['MFA_TOTP_DIGITS']) ?? 6
  const period = numberOf(own['MFA_TOTP_PERIOD']) ?? 30
  const timeout = numberOf(own['MFA_EPHEMERAL_TOKEN_TIMEOUT']) ?? 300
  const count = numberOf(own['MFA_RECOVERY_CODE_COUNT']) ?? 10
  return digits < 6 || digits > 8 || period < 1 || timeout < 1 || count < 0 || count > 100
}

/** The step came as far as the code itself. */
function isJudged({ expected }: Moment): boolean {
  return isGranted(expected) || isWrongCode(expected)
}

/** Whether the reference let somebody in, or did what was asked for. */
export function isGranted(expected: ExpectedResponse | undefined): boolean {
  return expected !== undefined && expected.status >= 200 && expected.status < 300
}

function isWrongCode(expected: ExpectedResponse | undefined): boolean {
  return JSON.stringify(recordOf(expected?.json)['code'] ?? null).includes('Invalid code.')
}

/** Whether the request goes by POST to such a path. */
export function isPost({ request }: Moment, path: RegExp): boolean {
  return request?.method === 'POST' && path.test(request.path)
}

/** The requests to such a path before this one. */
export function doneBefore({ done }: Moment, path: RegExp): readonly Done[] {
  return done.filter(({ request }) => path.test(request.path))
}

/** The members of an object, none of anything else. */
export function recordOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
