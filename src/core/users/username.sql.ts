/** SQL of username candidates and whether they are taken. */
import { sql, type SQL } from 'drizzle-orm'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import type { NameCandidate } from './username-address.ts'

/** Candidates as one parameter: the rows of `json_each`. */
export function candidateRows(candidates: readonly NameCandidate[]): SQL {
  return candidateRowsIn(JSON.stringify(candidates))
}

/** The same of their JSON, which may be a placeholder. */
export function candidateRowsIn(json: unknown): SQL {
  return sql`json_each(${json}) as candidate`
}

/** Whether some of them are compared by case outside ASCII. */
export function hasNarrowNames(candidates: readonly NameCandidate[]): boolean {
  return candidates.some(({ asciiFolded }) => asciiFolded !== undefined)
}

/** A field of a row of `candidateRowsIn`. */
export function candidateField(field: keyof NameCandidate): SQL {
  return sql`json_extract(candidate.value, ${sql.raw(`'$.${field}'`)})`
}

/** Whose own name and address are no hindrance. */
type Taker = { readonly ofName: number; readonly ofAddress: number }

/** Ids count from 1. */
const NEW_ACCOUNT: Taker = { ofName: 0, ofAddress: 0 }

/**
 * The condition that an account keeps a name from being taken: it has the name, or the address that the name is.
 */
export function isNameTaken(candidates: readonly NameCandidate[], taker?: Taker): SQL {
  return isNameTakenBy(hasNarrowNames(candidates), taker)
}

/** The same where it is known how they are compared. */
export function isNameTakenBy(isNarrow: boolean, { ofName, ofAddress }: Taker = NEW_ACCOUNT): SQL {
  const address = candidateField('address')
  const sameLetters = isNarrow
    ? sql` and lower(other.username) = ${candidateField('asciiFolded')}`
    : sql``
  return sql`(${candidateField('barredBy')} = 'always'
    or exists (select 1 from ${users} as other
      where other.username_folded = ${candidateField('folded')}${sameLetters} and other.id <> ${ofName})
    or (${address} <> '' and (
      exists (select 1 from ${emailAddresses} as other where other.email_folded = ${address}
        and other.user_id <> ${ofAddress}
        and (other.is_verified or ${candidateField('barredBy')} = 'claimed'))
      or (${candidateField('barredBy')} = 'claimed' and exists (select 1 from ${users} as other
        where other.email_folded = ${address} and other.id <> ${ofAddress})))))`
}
