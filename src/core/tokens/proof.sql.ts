/**
 * The proof as a SQL condition: what was proved (a password hash, a link, the caller's credential) is compared
 * again in every statement that grants something. Between check and write anything may change (TOCTOU).
 */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { memoize } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import type { UserId } from './credentials.sql.ts'
import type { UserWithPassword } from '../users/user.ts'

/** How someone proved to be the owner of an account. */
export type ProofKind =
  | 'password'
  /** A provider's word: social login. */
  | 'provider'
  /** A code or a link that was mailed to an address of the account. */
  | 'emailed_code'
  /** An assertion of a passkey. */
  | 'passkey'
  /** One of these and a code of the second factor. */
  | 'second_factor'
  /** The account was made by this request. */
  | 'registration'
  /** Credentials of an earlier sign-in, which continues: connecting, a password change, a refresh. */
  | 'caller'
  /** Nothing was proved: a staff member impersonates the account. */
  | 'impersonation'

/**
 * Who was proved, and what must still hold when something is written for them. A password check or a
 * provider takes long enough for the password to be changed meanwhile, so every statement of a sign-in
 * repeats the proof (time of check to time of use).
 */
export type Proof = {
  readonly how: ProofKind
  /** A subquery where the batch itself makes the account. */
  readonly userId: UserId
  readonly isActive: boolean
  /** `SIMPLE_JWT_CHECK_USER_IS_ACTIVE` off: a refresh succeeds although the account was deactivated. */
  readonly mayBeInactive?: boolean
  /** The stored hash that was proved; `undefined`: any. */
  readonly passwordHash: string | undefined
  /** When the account's tokens were last revoked, as it was read; `undefined`: whenever. */
  readonly tokensRevokedAt: Date | null | undefined
  /** A further condition: the social account is still connected, the caller's token still alive. */
  readonly condition?: SQL
}

/** The proof of an account as it was read. */
export function proofOf(how: ProofKind, account: UserWithPassword, condition?: SQL): Proof {
  return {
    how,
    userId: account.id,
    isActive: account.isActive,
    passwordHash: account.passwordHash,
    tokensRevokedAt: account.tokensRevokedAt,
    ...(condition === undefined ? {} : { condition }),
  }
}

/** The condition on a row of `users` that it is the proved account and the proof still holds. */
export function proofHolds(proof: Proof): SQL | undefined {
  return conditionOf(proof, {
    userId: proof.userId,
    passwordHash: proof.passwordHash,
    revokedMs: proof.tokensRevokedAt?.getTime() ?? null,
  })
}

/** What a proof's condition compares with: values, or the placeholders of a compiled statement. */
type Compared = Readonly<Record<'userId' | 'passwordHash' | 'revokedMs', unknown>>

function conditionOf(
  shape: ProofShape,
  { userId, passwordHash, revokedMs }: Compared,
): SQL | undefined {
  return and(
    sql`${users.id} = ${userId}`,
    shape.mayBeInactive === true ? undefined : eq(users.isActive, true),
    shape.passwordHash === undefined ? undefined : sql`${users.password} = ${passwordHash}`,
    shape.tokensRevokedAt === undefined ? undefined : sql`${users.tokensRevokedAt} is ${revokedMs}`,
    shape.condition,
  )
}

/** What of a proof decides which conditions there are. */
type ProofShape = Pick<Proof, 'mayBeInactive' | 'condition'> & {
  readonly passwordHash: unknown
  readonly tokensRevokedAt: unknown
}

/** The names of `proofValues`. */
export const PROOF_VALUES = ['userId', 'passwordHash', 'revokedMs'] as const

/** What a statement that is compiled for proofs of one shape is given. */
export function proofValues({ userId, passwordHash, tokensRevokedAt }: Proof): Compared {
  return {
    userId,
    passwordHash: passwordHash ?? null,
    revokedMs: tokensRevokedAt?.getTime() ?? null,
  }
}

/**
 * Makes a statement once for each shape of proofs, of which there are a few. `undefined` for a proof that is a statement
 * of its own: its account is made by the same batch, or more must hold.
 */
export function perProofShape<Made>(make: (holds: (given: Compared) => SQL | undefined) => Made) {
  const byShape = memoize((key: string) => {
    const [mayBeInactive, hasPassword, hasVersion] = Array.from(key, (one) => one === '1')
    const shape: ProofShape = {
      mayBeInactive: mayBeInactive === true,
      passwordHash: hasPassword === true ? '' : undefined,
      tokensRevokedAt: hasVersion === true ? null : undefined,
    }
    return make((given) => conditionOf(shape, given))
  })
  return (proof: Proof): Made | undefined => {
    const { userId, mayBeInactive, passwordHash, tokensRevokedAt, condition } = proof
    if (typeof userId !== 'number' || condition !== undefined) return undefined
    const shape = [
      mayBeInactive === true,
      passwordHash !== undefined,
      tokensRevokedAt !== undefined,
    ]
    return byShape(shape.map(Number).join(''))
  }
}

/** The proved account where the proof still holds, or no row: a subquery of its id. */
export function provedUserId(proof: Proof): SQL {
  return sql`(select ${users.id} from ${users} where ${proofHolds(proof)})`
}

/** Returns a row where the proof still holds. */
export function selectProved(db: Database, proof: Proof) {
  return db.select({ id: users.id }).from(users).where(proofHolds(proof))
}

/** The credentials that a request came with. */
export type CallerCredential =
  | { readonly kind: 'token'; readonly keyHash: string; readonly isOfDevice?: true }
  | { readonly kind: 'session'; readonly keyHash: string }
  | {
      readonly kind: 'jwt'
      readonly family: string | undefined
      /** Absent: its login outlives the browser. */
      readonly isRemembered?: boolean
      /** For which of `JWT_CLIENTS` it is. */
      readonly client?: string
      /** When its login was, where the token itself says that it proved something. */
      readonly provedAt?: Date
    }

/** Someone who is signed in, as the request's authentication read it. */
export type SignedInCaller = {
  readonly user: UserWithPassword
  readonly credential: CallerCredential
}

/** The proof that a caller is still signed in when something is written on their word. */
export function proofOfCaller({ user, credential }: SignedInCaller): Proof {
  return proofOf('caller', user, isAlive(credential))
}

/** Credentials, and the proof of their owner. */
export type CredentialProof = { readonly credential: CallerCredential; readonly proof: Proof }

/** The proof of an auth token's owner, before the account has been read: the statement finds it. */
export function proofOfToken(keyHash: string): CredentialProof {
  const credential = { kind: 'token', keyHash } as const
  const owner = sql`(select ${authTokens.userId} from ${authTokens} where ${authTokens.keyHash} = ${keyHash})`
  return { credential, proof: { ...UNREAD, userId: owner, tokensRevokedAt: undefined } }
}

/** The same of a JWT: which account it names, and when that account's tokens were last revoked by its word. */
export function proofOfJwt(
  credential: Extract<CallerCredential, { readonly kind: 'jwt' }>,
  owner: SQL | undefined,
  tokensRevokedAt: Date | null,
): CredentialProof {
  const userId = sql`(select ${users.id} from ${users} where ${owner} limit 1)`
  const condition = isAlive(credential)
  return {
    credential,
    proof: { ...UNREAD, userId, tokensRevokedAt, ...(condition && { condition }) },
  }
}

/** Of an account that has not been read. */
const UNREAD = { how: 'caller', isActive: true, passwordHash: undefined } as const

/** The condition on a row of `users` that these credentials are still its own. */
function isAlive(credential: CallerCredential): SQL | undefined {
  switch (credential.kind) {
    case 'token':
      if (credential.isOfDevice === true) {
        return sql`exists (select 1 from ${deviceTokens} where ${deviceTokens.keyHash} = ${credential.keyHash}
          and ${deviceTokens.userId} = ${users.id})`
      }
      return sql`exists (select 1 from ${authTokens} where ${authTokens.keyHash} = ${credential.keyHash}
        and ${authTokens.userId} = ${users.id})`
    case 'session':
      return sql`exists (select 1 from ${sessions} where ${sessions.keyHash} = ${credential.keyHash}
        and ${sessions.userId} = ${users.id})`
    case 'jwt':
      return sql`not exists (select 1 from ${refreshFamilies}
        where ${refreshFamilies.family} = ${credential.family ?? ''} and ${refreshFamilies.revokedAt} is not null)`
  }
}
