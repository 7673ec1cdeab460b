/** SQL of the second step: reading the pending account while counting the guess. */
import { and, eq } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import type { Count } from '../limits/count.ts'
import { batchCounted, type Counted } from '../limits/throttle.sql.ts'
import { isSpent } from '../second-factor/spent-tokens.sql.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import type { SelectedUser, UserRow } from '../users/users.sql.ts'
import { sessionAuthHashOf } from '../tokens/session.sql.ts'

/** The authenticator app that a login waits for. */
type PendingDevice = {
  readonly id: number
  readonly sealedSecret: string
  readonly lastStep: number
  readonly recoverySalt: string
}

/** An account whose login waits for its second step. */
export type PendingAccount = UserRow & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  /** Absent where it was taken away, or is another one by now. */
  readonly device: PendingDevice | null
  readonly addresses: readonly LoginAddress[]
  readonly sessionAuthHash: string | null
  /** Whether the token of the first step has been used. */
  readonly isTokenSpent: boolean
}

type PendingSearch = {
  readonly columns: SelectedUser
  readonly userId: number
  readonly deviceId: number
  readonly tokenId: string
  readonly session: { readonly keyHash: string; readonly now: Date } | undefined
}

/** Counts a guess, and reads the account it is about; no row where it is deleted. */
export async function findPendingAccount(
  db: Database,
  search: PendingSearch,
  count: Count,
): Promise<Counted<PendingAccount | undefined>> {
  const counted = await batchCounted(db, count, [selectPending(db, search)])
  if (counted.kind === 'throttled') return counted
  const [row] = counted.results[0]
  if (row === undefined) return { ...counted, results: undefined }
  return {
    ...counted,
    results: {
      ...row,
      addresses: parseAddresses(row.addresses),
      isTokenSpent: row.isTokenSpent === 1,
    },
  }
}

function selectPending(db: Database, search: PendingSearch) {
  return db
    .select({
      ...search.columns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      device: {
        id: totpDevices.id,
        sealedSecret: totpDevices.sealedSecret,
        lastStep: totpDevices.lastStep,
        recoverySalt: totpDevices.recoverySalt,
      },
      addresses: addressesJson,
      sessionAuthHash: sessionAuthHashOf(search.session),
      isTokenSpent: isSpent(search.tokenId),
    })
    .from(users)
    .leftJoin(
      totpDevices,
      and(eq(totpDevices.userId, users.id), eq(totpDevices.id, search.deviceId)),
    )
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .where(eq(users.id, search.userId))
}
