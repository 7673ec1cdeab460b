/** Where the list in `second-factor-differences.ts` applies, among passkeys. */
import { publicKeyOf } from './authenticator.ts'
import type { ExpectedResponse } from './corpus.ts'
import { numberOf, parseJson, mapMembers, type Json, type JsonObject } from './json.ts'
import { doneBefore, hasTotp, isGranted, isPost, recordOf } from './mfa-conditions.ts'
import { bodyField, seedsBetween, textOf, type Done, type Moment } from './moment.ts'

const REGISTER = /\/passkeys\/register\/complete\/?$/
const LOGIN = /\/passkeys\/login\/complete\/?$/
const REGISTER_BEGIN = /\/passkeys\/register\/begin\/?$/
const LOGIN_BEGIN = /\/passkeys\/login\/begin\/?$/
const FAILED = 'verification failed.'
const EXPIRED = 'challenge has expired. Please start over.'

/** Members of an `authenticator` step that leave the ceremony as a browser does it. */
const PLAIN = ['capture', 'action', 'key', 'challenge', 'counter', 'attestation']

/** The `authenticator` step whose credential is sent. */
function ceremonyOf({ scenario, step }: Moment): JsonObject {
  const sent = scenario.steps[step]
  if (sent?.kind !== 'request') return {}
  const name = recordOf(bodyField(sent.request, 'credential'))['$ref']
  const made = scenario.steps
    .slice(0, step)
    .findLast((it) => it.kind === 'authenticator' && it.authenticator['capture'] === name)
  return made?.kind === 'authenticator' ? made.authenticator : {}
}

function isPlain(moment: Moment): boolean {
  const names = Object.keys(ceremonyOf(moment))
  return names.length > 0 && names.every((name) => PLAIN.includes(name))
}

/** The challenge that the client data of a request names. */
function challengeOf(request: Moment['request']): string {
  const response = recordOf(recordOf(bodyField(request, 'credential'))['response'])
  const text = Buffer.from(textOf(response['clientDataJSON']), 'base64url').toString('utf8')
  try {
    return textOf(recordOf(parseJson(text))['challenge'])
  } catch {
    return ''
  }
}

/** By client data that browsers give in the frame of another page. */
function isEmbedded(moment: Moment): boolean {
  const { crossOrigin, topOrigin } = recordOf(ceremonyOf(moment)['client_data'])
  return crossOrigin === true || (topOrigin !== undefined && topOrigin !== null)
}

/** Token binding of no form that WebAuthn Level 2 §5.8.1 has. */
function bindsOddly(moment: Moment): boolean {
  const { tokenBinding } = recordOf(ceremonyOf(moment)['client_data'])
  const { status } = recordOf(tokenBinding)
  const isSpecified = ['present', 'supported', 'not-supported'].includes(textOf(status))
  return tokenBinding !== undefined && tokenBinding !== null && !isSpecified
}

/** A registration that a relying party has to refuse. */
export function registersMalformed(moment: Moment): boolean {
  if (!isPost(moment, REGISTER) || !isGranted(moment.expected)) return false
  const { alg, id_length, patch } = ceremonyOf(moment)
  const { id, rawId } = recordOf(patch)
  const fits = alg === undefined || publicKeyOf('', numberOf(alg)).equals(publicKeyOf(''))
  return (
    isEmbedded(moment) ||
    bindsOddly(moment) ||
    !fits ||
    challengeOf(moment.request).includes('=') ||
    (numberOf(id_length) ?? 0) > 1023 ||
    id !== undefined ||
    rawId !== undefined
  )
}

/** A login that a relying party has to refuse. */
export function logsInMalformed(moment: Moment): boolean {
  if (!isPost(moment, LOGIN) || !isGranted(moment.expected)) return false
  const { user_handle, patch } = ceremonyOf(moment)
  const handle = textOf(user_handle ?? recordOf(recordOf(patch)['response'])['userHandle'])
  const isForeign = handle !== '' && Buffer.from(handle, 'base64url').toString() !== '1'
  const isOdd = isEmbedded(moment) || bindsOddly(moment)
  return isOdd || isForeign || changesBackup(moment) || isNotAllowed(moment)
}

/** The passkey was registered with another backup eligibility (seeds say nothing of it). */
function changesBackup(moment: Moment): boolean {
  const { key, flags } = ceremonyOf(moment)
  const created = moment.scenario.steps
    .slice(0, moment.step)
    .flatMap((it) => (it.kind === 'authenticator' ? [it.authenticator] : []))
    .find((made) => made['action'] === 'create' && made['key'] === key)
  if (created === undefined) return false
  return ((numberOf(flags) ?? 0) & 8) !== ((numberOf(created['flags']) ?? 0) & 8)
}

/** The ceremony was begun for others' passkeys. */
function isNotAllowed(moment: Moment): boolean {
  const begun = beginOf(moment, LOGIN_BEGIN, textOf(bodyField(moment.request, 'session_id')))
  const allowed = begun?.expected.json
  const id = textOf(recordOf(bodyField(moment.request, 'credential'))['rawId'])
  const list = recordOf(allowed)['allowCredentials']
  if (!Array.isArray(list) || list.length === 0) return false
  return list.every((item) => recordOf(item)['id'] !== id)
}

/** The request whose answer gave this. */
function beginOf(moment: Moment, path: RegExp, given: string): Done | undefined {
  if (given === '') return undefined
  return doneBefore(moment, path).find(({ answered }) => answered.includes(given))
}

/** A passkey without user verification opens an account with one-time codes. */
export function skipsVerification(moment: Moment): boolean {
  if (!isPost(moment, LOGIN) || !isGranted(moment.expected) || !hasTotp(moment)) return false
  const flags = numberOf(ceremonyOf(moment)['flags'])
  return flags !== undefined && (flags & 4) === 0
}

/** A challenge is refused though it was given to this very client, and nobody used it. */
export function losesChallenge(ceremony: 'login' | 'register'): (moment: Moment) => boolean {
  const isLogin = ceremony === 'login'
  return (moment) => {
    const { request, expected, done } = moment
    if (!isPost(moment, isLogin ? LOGIN : REGISTER) || !isPlain(moment)) return false
    if (!says(expected, EXPIRED) && (isLogin || !says(expected, FAILED))) return false
    const challenge = challengeOf(request)
    const begun = beginOf(moment, isLogin ? LOGIN_BEGIN : REGISTER_BEGIN, challenge)
    if (begun === undefined || !isTheirs(moment, begun, isLogin)) return false
    const since = done.slice(done.indexOf(begun) + 1)
    const isUsed = since.some(
      (it) => isGranted(it.expected) && challengeOf(it.request) === challenge,
    )
    return !isUsed && since.some((it) => /\/passkeys\/(?:login|register)\//.test(it.request.path))
  }
}

function isTheirs(moment: Moment, begun: Done, isLogin: boolean): boolean {
  const { request } = moment
  if (isLogin) return begun.answered.includes(textOf(bodyField(request, 'session_id')))
  return begun.request.headers?.['Authorization'] === request?.headers?.['Authorization']
}

/** A challenge of somebody else fails by the one that this user was given. */
export function mistakesChallenge(moment: Moment): boolean {
  if (!isPost(moment, REGISTER) || !says(moment.expected, FAILED)) return false
  const begun = beginOf(moment, REGISTER_BEGIN, challengeOf(moment.request))
  return begun !== undefined && !isTheirs(moment, begun, false)
}

function says(expected: ExpectedResponse | undefined, text: string): boolean {
  return (
    expected?.status === 400 &&
    JSON.stringify(recordOf(expected.json)['non_field_errors'] ?? null).includes(text)
  )
}

const KNOWN = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

function isKnown(transports: Json | undefined): boolean {
  return (
    transports === undefined ||
    (Array.isArray(transports) && transports.every((word) => KNOWN.includes(textOf(word))))
  )
}

/** Passkeys are shown with transports that nobody knows. */
export function showsAnyTransports({ request, expected }: Moment): boolean {
  if (request?.path.includes('/passkeys/') !== true || expected === undefined) return false
  const { json } = expected
  const shown = Array.isArray(json) ? json : [json]
  return !shown.every((passkey) => isKnown(recordOf(passkey)['transports']))
}

/** The same passkeys with the transports that are known. */
export function withKnownTransports(expected: ExpectedResponse): ExpectedResponse {
  const { json = null } = expected
  const change = (passkey: Json): Json => {
    const { transports } = recordOf(passkey)
    const known = Array.isArray(transports)
      ? transports.filter((word) => KNOWN.includes(textOf(word)))
      : []
    return { ...recordOf(passkey), transports: known }
  }
  return { ...expected, json: Array.isArray(json) ? json.map(change) : change(json) }
}

/** A login that was refused to a deactivated user has moved the date of the last use. */
export function movesDeactivated(moment: Moment): boolean {
  if (!/\/passkeys\/(?:\d+\/?)?$/.test(moment.request?.path ?? '')) return false
  if (!isGranted(moment.expected)) return false
  const logins = doneBefore(moment, LOGIN)
  return (
    logins.some(({ expected }) => says(expected, 'User account is disabled.')) &&
    logins.every(({ expected }) => !isGranted(expected))
  )
}

/** The same passkeys, never used. */
export function neverUsed(expected: ExpectedResponse): ExpectedResponse {
  const { json = null } = expected
  const change = (passkey: Json): Json => ({ ...recordOf(passkey), last_used_at: null })
  return { ...expected, json: Array.isArray(json) ? json.map(change) : change(json) }
}

/** The only passkey of a user without password or social account is deleted. */
export function losesLastPasskey(moment: Moment): boolean {
  const { request, expected } = moment
  if (request?.method !== 'DELETE' || expected?.status !== 204) return false
  if (!/\/passkeys\/\d+\/?$/.test(request.path)) return false
  const seeds = seedsBetween(moment, -1)
  const isPasskeyOnly =
    seeds.some(({ op, password }) => op === 'create_user' && password === null) &&
    !seeds.some(({ op }) => op === 'create_social_account' || op === 'set_password')
  const added = seeds.filter(({ op }) => op === 'create_passkey').length
  const registered = moment.done.filter((it) => it.expected.status === 201).length
  const deleted = moment.done.filter((it) => it.expected.status === 204).length
  return isPasskeyOnly && added + registered - deleted <= 1
}

/** A timeout in seconds and a half comes in milliseconds, as a Python float. */
export function hasFloatTimeout({ request, expected }: Moment): boolean {
  if (!/\/passkeys\/\w+\/begin\/?$/.test(request?.path ?? '')) return false
  const timeout = recordOf(expected?.json)['timeout']
  return timeout !== undefined && typeof timeout !== 'number'
}

/** The same answer with plain numbers. */
export function withPlainTimeout(expected: ExpectedResponse): ExpectedResponse {
  const plain = (value: Json): Json =>
    typeof value === 'object' ? (numberOf(value) ?? value) : value
  return { ...expected, json: mapMembers(recordOf(expected.json), plain) }
}

/** The reference crashes where several users have the address that a login names. */
export function crashesOnSharedEmail(moment: Moment): boolean {
  return isPost(moment, LOGIN_BEGIN) && moment.expected?.server_error === true
}

/** A name that fits no column is stored, or crashes. */
export function takesLongName({ request, expected }: Moment): boolean {
  if (!/\/passkeys\/(?:register\/complete|\d+)\/?$/.test(request?.path ?? '')) return false
  const isTaken = isGranted(expected) || expected?.server_error === true
  return isTaken && Array.from(textOf(bodyField(request, 'name')).trim()).length > 255
}
