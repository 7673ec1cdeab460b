/** SQL of verification keys that are stored, as allauth does without HMAC. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailConfirmations } from '../../db/schema/confirmations.ts'

/** A key as it is stored. */
type StoredKey = {
  readonly keyHash: string
  readonly addressId: number
  readonly sentAt: Date
  readonly expiresAt: Date
}

/** Keeps the key of a mail that is about to be sent. One round trip. */
export async function insertEmailKey(db: Database, key: StoredKey): Promise<void> {
  await db.insert(emailConfirmations).values(key)
}

/** The address row whose key this is, where it was sent late enough: a subquery of its id. */
export function addressOfKey(keyHash: string, sentAfter: Date): SQL {
  return sql`(select ${emailConfirmations.addressId} from ${emailConfirmations}
    where ${emailConfirmations.keyHash} = ${keyHash}
      and ${emailConfirmations.sentAt} > cast(${sentAfter.getTime()} as integer))`
}
