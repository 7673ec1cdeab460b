/**
 * Building a profile from what a provider answered, with strict types: an id that is not a string or integer
 * identifies no one.
 */
import type { SocialApp } from '../../../settings/social-providers.ts'
import { asciiDomain } from '../../users/email.ts'
import type {
  ProfileOutcome,
  ProviderTokens,
  Rejected,
  Rejection,
  SocialProfile,
} from './provider.ts'
import { recordOf, describeRefusal, type Answer } from './request-json.ts'

/** allauth's `UID_MAX_LENGTH`. */
const MAX_SUBJECT_LENGTH = 191

/** A provider's words, before missing and wrongly typed ones are distinguished. */
export type ProfileFields = {
  readonly app: SocialApp
  /** As the provider sent it: `stringId` or `digitId` says whether it is one. */
  readonly subject: string | undefined
  readonly email?: unknown
  readonly emailVerified?: boolean
  readonly username?: unknown
  readonly firstName?: unknown
  readonly lastName?: unknown
  /** A whole name, for providers (or people) without the two parts. */
  readonly name?: unknown
  readonly extraData: Readonly<Record<string, unknown>>
  readonly tokens?: ProviderTokens
  readonly spend?: SocialProfile['spend']
}

/**
 * A profile from a provider's words (allauth: `extract_common_fields`, `populate_user`): an answer with
 * something else for a text is none, a whole name is split at its first space where a part is missing, and
 * an address is verified where the provider or the operator's `VERIFIED_EMAIL` says so. Without a
 * subject there is no profile: everyone would share one account.
 */
export function socialProfile(fields: ProfileFields): ProfileOutcome {
  const { app, subject, username, firstName, lastName, name } = fields
  if (subject === undefined) return rejected('no_subject')
  if (![fields.email, username, firstName, lastName, name].every(isTextOrMissing)) {
    return rejected('bad_answer')
  }
  const email = textOf(fields.email)
  const [first, last] = splitOnce(textOf(fields.name))
  return {
    kind: 'profile',
    profile: {
      provider: app.providerId,
      subject,
      email,
      emailVerified: email !== '' && (fields.emailVerified === true || isTrusted(app, email)),
      username: textOf(fields.username),
      firstName: textOf(fields.firstName) || first,
      lastName: textOf(fields.lastName) || last,
      extraData: fields.extraData,
      ...(fields.tokens === undefined ? {} : { tokens: fields.tokens }),
      ...(fields.spend === undefined ? {} : { spend: fields.spend }),
    },
  }
}

/** An id that must be a string, as Facebook's and every `sub`. */
export function stringId(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined
  return value.trim() === '' || value.length > MAX_SUBJECT_LENGTH ? undefined : value
}

/** An id in digits that may come as a number: X, GitHub, Discord. */
export function digitId(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && /^\d{1,40}$/.test(text) ? text : undefined
}

/** An integer or a text, as allauth takes Twitter's (`TwitterProvider.extract_uid`). */
export function plainId(value: unknown): string | undefined {
  return stringId(Number.isSafeInteger(value) ? String(value) : value)
}

const NOTHING: readonly unknown[] = [undefined, null, false, 0]

/** A text, or what Python takes for none: dj-rest-auth crashes on anything else. */
function isTextOrMissing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return typeof value === 'string' || NOTHING.includes(value)
}

/** A text, or the empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' && value.isWellFormed() ? value : ''
}

/** The credential proves nothing. */
export function rejected(reason: Rejection, said?: string): Rejected {
  return { kind: 'rejected', reason, ...(said === undefined ? {} : { said }) }
}

/** The object in a good answer; else what its lack means. */
export function objectIn(
  answer: Answer,
): { readonly kind: 'object'; readonly data: Readonly<Record<string, unknown>> } | Rejected {
  if (answer.status < 200 || answer.status > 299) {
    return rejected('refused', describeRefusal(answer.status, answer.json))
  }
  const data = recordOf(answer.json)
  return data === undefined ? rejected('bad_answer') : { kind: 'object', data }
}

function splitOnce(name: string): readonly [string, string] {
  const space = name.indexOf(' ')
  return space === -1 ? [name, ''] : [name.slice(0, space), name.slice(space + 1)]
}

/** allauth: `DefaultSocialAccountAdapter.is_email_verified`. */
function isTrusted(app: SocialApp, email: string): boolean {
  if (typeof app.verifiedEmail === 'boolean') return app.verifiedEmail
  const domain = asciiDomain(email.slice(email.lastIndexOf('@') + 1))
  return (
    domain !== undefined && app.verifiedEmail.some((trusted) => asciiDomain(trusted) === domain)
  )
}
