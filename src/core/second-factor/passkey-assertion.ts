/** Reading and verifying a passkey's assertion (WebAuthn L3 §7.2), for logins and renewed proofs. */
import { sql, type SQL } from 'drizzle-orm'
import { decodeBase64Url, encodeBase64Url } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { stripPadding } from '../../strip.ts'
import { loginChallengesFor, readLoginSession } from './passkey-challenge.ts'
import { derivedPublicId } from '../tokens/public-id.ts'
import type { StoredSession } from '../tokens/session.sql.ts'
import { allauthHandle, plainUserHandle } from './passkey-options.ts'
import {
  findPasskeyAccount,
  isPasskeyUnused,
  usePasskey,
  type PasskeyAccount,
} from './passkeys.sql.ts'
import { isSpent, isSpentBy, spendToken, type Claim } from './spent-tokens.sql.ts'
import { isRecord, readCredential } from './webauthn/credential.ts'
import type { RelyingParty } from './webauthn/relying-party.ts'
import type { Assertion } from './webauthn/verify.ts'
import { loadSecondFactor } from './load-second-factor.ts'

/** What a browser answered to `passkeys/login/begin/`. */
export type GivenAssertion = {
  /** Any value that the browser sent. */
  readonly credential: unknown
  readonly sessionId: string
  /** The session of a request that is to go on, as it is stored. */
  readonly session?: StoredSession | undefined
}

/** Why an assertion proves nothing, checked in this order. */
export type UnprovedPasskey =
  | { readonly kind: 'challenge_expired' }
  | { readonly kind: 'not_a_credential' }
  | { readonly kind: 'unknown_credential' }
  | { readonly kind: 'verification_failed' }

/** A passkey that proved itself, whose challenge is still to be spent. */
export type ProvedPasskey = {
  readonly kind: 'proved'
  readonly account: PasskeyAccount
  readonly assertion: Assertion
  readonly claim: Claim
}

type AssertionDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>

const CLAIM_BYTES = 12

/** Reads the passkey that an assertion is of, and verifies it (WebAuthn L3 §7.2). One round trip; nothing is written. */
export async function readAssertion(
  deps: AssertionDeps,
  party: RelyingParty,
  given: GivenAssertion,
): Promise<ProvedPasskey | UnprovedPasskey> {
  const challenge = readLoginSession(deps, given.sessionId)
  if (challenge === undefined) return { kind: 'challenge_expired' }
  const found = await findPasskeyAccount(deps.db, userColumnsOf(deps.settings), {
    credentialIds: idsOf(given.credential),
    spentId: challenge.spentId,
    session: given.session,
  })
  if (found.isSpent) return { kind: 'challenge_expired' }
  if (!isRecord(given.credential)) return { kind: 'not_a_credential' }
  const [account] = found.accounts
  if (account === undefined) return { kind: 'unknown_credential' }
  const assertion = await verify(deps, { party, account }, given)
  if (assertion === undefined) return { kind: 'verification_failed' }
  const spentBy = encodeBase64Url(deps.randomBytes(CLAIM_BYTES))
  const claim = { id: challenge.spentId, expiresAt: challenge.expiresAt, spentBy }
  return { kind: 'proved', account, assertion, claim }
}

/**
 * The statements that use a proved passkey, where `condition` holds: whether its challenge was spent before, what
 * spends it, and what moves the counter on. What follows them asks for `isSpentBy(claim)`.
 */
export function spendAssertion(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { account: { passkeyId }, assertion, claim }: ProvedPasskey,
  condition: SQL,
) {
  const isUnused = isPasskeyUnused(passkeyId, assertion.signCount)
  return [
    db.select({ isSpent: isSpent(claim.id) }).from(sql`(select 1)`),
    spendToken(db, claim, sql`${condition} and ${isUnused}`),
    usePasskey(db, { ...assertion, passkeyId, now }, isSpentBy(claim)),
  ] as const
}

/** What the client calls the passkey, written as it is stored; its envelope's other name where that one is missing. */
function idsOf(credential: unknown): readonly string[] {
  if (!isRecord(credential)) return []
  const { rawId, id } = credential
  const name = rawId ?? id
  const bytes = typeof name === 'string' ? decodeBase64Url(stripPadding(name)) : undefined
  return bytes === undefined ? [] : [encodeBase64Url(bytes)]
}

async function verify(
  deps: Pick<Deps, 'settings'>,
  { party, account }: { readonly party: RelyingParty; readonly account: PasskeyAccount },
  given: GivenAssertion,
): Promise<Assertion | undefined> {
  const credential = readCredential(given.credential)
  if (credential === undefined) return undefined
  const challenges = await loginChallengesFor(deps, given.sessionId, account.id)
  // Read with the first ceremony: most isolates never see one.
  const { verifyAssertion } = await loadSecondFactor()
  const userHandles = [account.userHandle, ...(await plainHandles(deps, account))]
  return verifyAssertion(party, credential, { challenges, passkey: { ...account, userHandles } })
}

/** The handles that Django's packages give: of imported passkeys whose users have UUIDs, those of the UUID. */
async function plainHandles(
  { settings }: Pick<Deps, 'settings'>,
  { id, more }: PasskeyAccount,
): Promise<readonly string[]> {
  if (settings.USER_PK !== 'uuid') return [plainUserHandle(id)]
  const publicId = more?.publicId ?? (await derivedPublicId(settings, id))
  return [plainUserHandle(id), plainUserHandle(publicId), allauthHandle(publicId)]
}
