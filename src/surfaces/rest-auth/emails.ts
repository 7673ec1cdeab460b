/**
 * Managing the caller's own e-mail addresses (`EMAIL_MANAGEMENT`). Not part of dj-rest-auth; modelled on allauth's
 * headless `email` endpoint, with its rules in `core/accounts/own-addresses.ts`.
 */
import { message } from '../../i18n/message.ts'
import {
  addAddress,
  makePrimary,
  removeAddress,
  resendOwnVerification,
  type AddressOwner,
} from '../../core/accounts/own-addresses.ts'
import {
  ownAddressesJson,
  parseOwnAddresses,
  type OwnAddress,
} from '../../core/accounts/own-addresses.sql.ts'
import { proofForChange } from '../../core/tokens/recent-proof.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import type { Settings } from '../../settings/parse.ts'
import { challenge, type AuthenticationSettings } from '../../web/authentication.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { notFound, throttled, unauthenticated, type ApiError } from '../../web/errors.ts'
import { defineRoute, type UserContext } from './define-route.ts'
import { emailField } from './fields.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'

const isOn = (settings: Pick<Settings, 'EMAIL_MANAGEMENT'>): boolean => settings.EMAIL_MANAGEMENT

const addressSchema = {
  type: 'object',
  properties: {
    id: { type: ['integer', 'null'], examples: [1] },
    email: { type: 'string', format: 'email' },
    verified: { type: 'boolean' },
    primary: { type: 'boolean' },
  },
  required: ['id', 'email', 'verified', 'primary'],
} as const

/**
 * `emails/`: the caller's addresses. `GET` lists them; `POST` adds one, which counts for nothing until the key that
 * is mailed to it comes back (account pre-hijacking). 201 with the address, also where another account owns it: the
 * answer must not reveal that.
 */
export const emailsRoute = defineRoute({
  name: 'Emails',
  when: isOn,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: ownAddressesJson,
  methods: {
    GET: {
      summary: 'List the own addresses',
      responses: () => ({
        200: {
          description: 'The primary one first.',
          schema: { type: 'array', items: addressSchema },
        },
      }),
      handle: ({ caller }) => ({ body: addressesOf(caller).map(addressBody) }),
    },
    POST: {
      summary: 'Add an address, which a mailed key proves',
      recentProof: accountNeedsRecentProof,
      input: (settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH'>) => ({
        email: emailField({ maxLength: settings.ACCOUNT_EMAIL_MAX_LENGTH }),
      }),
      responses: () => ({
        201: { description: 'Added, unproved; the same whoever has it.', schema: addressSchema },
        400: fieldErrorsResponse(),
      }),
      handle: async (context, values) => {
        const { deps, request } = context
        const outcome = await addAddress(deps, ownerOf(context), {
          email: values.email,
          context: emailContextOf(deps.settings, request),
        })
        if (outcome.kind === 'added') return { status: 201, body: addressBody(outcome.address) }
        throw refusalOf(deps.settings, outcome)
      },
    },
  },
})

/**
 * `emails/ID/`: `PATCH` makes a verified address the primary one, `DELETE` removes one that is not. 404 for an id
 * that is not the caller's own, whether or not it exists (IDOR).
 */
export const emailRoute = defineRoute({
  name: 'Email',
  when: isOn,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: ownAddressesJson,
  methods: {
    PATCH: {
      summary: 'Make a proved address the primary one',
      recentProof: accountNeedsRecentProof,
      responses: () => ({
        200: { description: 'It is the primary one.', schema: addressSchema },
        400: fieldErrorsResponse(),
        404: detailResponse('The caller has no such address.'),
      }),
      handle: async (context) => {
        const { deps } = context
        const outcome = await makePrimary(deps, ownerOf(context), idOf(context))
        if (outcome.kind !== 'primary') throw refusalOf(deps.settings, outcome)
        return { body: { ...addressBody(requireOwn(context)), primary: true } }
      },
    },
    DELETE: {
      summary: 'Remove an own address',
      recentProof: accountNeedsRecentProof,
      responses: () => ({
        204: { description: 'Removed.' },
        400: fieldErrorsResponse('It is the primary one.'),
        404: detailResponse('The caller has no such address.'),
      }),
      handle: async (context) => {
        const { deps } = context
        const outcome = await removeAddress(deps, ownerOf(context), idOf(context))
        if (outcome.kind !== 'removed') throw refusalOf(deps.settings, outcome)
        return { status: 204 }
      },
    },
  },
})

/** `emails/ID/resend/`: mails another key for an address that is not verified yet. 400 where it is verified. */
export const emailResendRoute = defineRoute({
  name: 'Email Resend',
  when: isOn,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: ownAddressesJson,
  methods: {
    POST: {
      summary: 'Mail another key for an own address',
      responses: () => ({
        200: detailResponse('On its way.'),
        400: fieldErrorsResponse('It is proved already.'),
        404: detailResponse('The caller has no such address.'),
      }),
      handle: async (context) => {
        const { deps, request } = context
        const { user } = context.caller
        const owner = { userId: user.id, addresses: addressesOf(context.caller) }
        const outcome = await resendOwnVerification(deps, owner, {
          addressId: idOf(context),
          context: emailContextOf(deps.settings, request),
        })
        if (outcome.kind !== 'resent') throw refusalOf(deps.settings, outcome)
        return { body: { detail: message('verification_sent') } }
      },
    },
  },
})

/** The addresses that the query for the caller brought along: no further round trip. */
function addressesOf(caller: UserContext['caller']): readonly OwnAddress[] {
  return parseOwnAddresses(caller.column ?? '[]', caller.user.email)
}

/** The caller in the form of the core, with the proof that every statement repeats. */
function ownerOf({ deps, caller }: UserContext): AddressOwner {
  return {
    userId: caller.user.id,
    proof: proofForChange(deps, caller, accountNeedsRecentProof),
    addresses: addressesOf(caller),
  }
}

function idOf({ params }: UserContext): number {
  return Number(params['id'])
}

/**
 * The address that the path names.
 *
 * @throws ApiError 404
 */
function requireOwn(context: UserContext): OwnAddress {
  const id = idOf(context)
  const own = addressesOf(context.caller).find((address) => address.id === id)
  if (own === undefined) throw notFound()
  return own
}

function addressBody({ id, email, isVerified, isPrimary }: OwnAddress) {
  return { id, email, verified: isVerified, primary: isPrimary }
}

type Refusal = Exclude<
  Awaited<
    ReturnType<
      typeof addAddress | typeof makePrimary | typeof removeAddress | typeof resendOwnVerification
    >
  >,
  { readonly kind: 'added' | 'primary' | 'removed' | 'resent' }
>

function refusalOf(settings: AuthenticationSettings, outcome: Refusal): ApiError {
  switch (outcome.kind) {
    case 'invalid':
      return faultError(outcome.faults)
    case 'unknown':
      return notFound()
    case 'throttled':
      return throttled(outcome.waitSeconds)
    case 'stale_proof':
      return unauthenticated({ detail: message('auth_token_invalid') }, challenge(settings))
  }
}
