/**
 * SQL of creating an account. The first insert decides by unique indexes; every other statement of the batch
 * depends on its row.
 */
import { sql, type SQL } from 'drizzle-orm'
import { compiled, memoize } from '../../db/compiled.ts'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { newUserColumns, users } from '../../db/schema/users.ts'
import type { Count, Sight } from '../limits/count.ts'
import { COUNTED_VALUES, countedValues, hasHits } from '../limits/hits.sql.ts'
import type { Proof } from '../tokens/proof.sql.ts'
import type { MoreOfUser } from '../users/more.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { NameCandidate } from '../users/username-address.ts'
import {
  candidateField,
  candidateRowsIn,
  hasNarrowNames,
  isNameTakenBy,
} from '../users/username.sql.ts'

/** A user about to be made. */
export type NewUser = {
  /** Names to try, the first free one is taken; of a typed name there is one. */
  readonly candidates: readonly NameCandidate[]
  readonly email: string
  readonly emailFolded: string
  /** With a random salt (or a random unusable mark), so it also distinguishes this insert from every other. */
  readonly passwordHash: string
  readonly firstName: string
  readonly lastName: string
  readonly lastLoginAt: Date | null
  /** Whether an address that someone has verified is refused. */
  readonly isEmailUnique: boolean
  /** What the request must have been counted by. */
  readonly count?: Count | undefined
  /** A further condition under which no account is created; with it, the insert is built for this use alone. */
  readonly unless?: SQL | undefined
}

/** The names of `wishedValues`. */
const WISHED_VALUES = ['candidates', 'emailFolded'] as const

/** The row that `insertUser` made, if it did: a subquery for the statements after it. */
export function newUserId(user: NewUser): SQL {
  return newUserIdBy({ names: foldedJson(user.candidates), passwordHash: user.passwordHash })
}

function newUserIdBy(given: Readonly<Record<'names' | 'passwordHash', unknown>>): SQL {
  // By name, which is one row; accounts with one address may be many.
  const names = sql`select value from json_each(${given.names})`
  return sql`(select ${users.id} from ${users}
    where ${users.usernameFolded} in (${names}) and ${users.password} = ${given.passwordHash})`
}

/** The proof of the account that the batch makes: its hash has a random salt, so no other account has it. */
export function proofOfNewUser(user: NewUser, how: Proof['how'] = 'registration'): Proof {
  return {
    how,
    userId: newUserId(user),
    isActive: true,
    passwordHash: user.passwordHash,
    tokensRevokedAt: null,
  }
}

/** The account that the batch has made. */
export function newUserOf(
  user: NewUser,
  row: { readonly id: number; readonly username: string; readonly more?: MoreOfUser },
): UserWithPassword {
  const { email, firstName, lastName, lastLoginAt, passwordHash } = user
  return { ...newUserColumns, ...row, email, firstName, lastName, lastLoginAt, passwordHash }
}

/** How many of the candidates are taken, and whether the address is somebody's verified one: 1 or 0. */
export type Conflicts = { readonly takenNames: number; readonly isEmailTaken: number }

/** Whose names and address are looked for. */
type Wished = Pick<NewUser, 'candidates' | 'emailFolded'>

/** Finds what others have of a name and an address. */
export function selectConflicts(db: Database, wished: Wished) {
  return selectConflictsBy(hasNarrowNames(wished.candidates))(db, wishedValues(wished))
}

const selectConflictsBy = memoize((isNarrow: boolean) =>
  compiled(WISHED_VALUES, (db) => db.select(conflictsBy(isNarrow)).from(sql`(select 1)`)),
)

/** The same for the statement that counts the registration, which answers it in the same step. */
export function conflictsInSight(wished: Wished): Sight {
  return { json: conflictsJson(hasNarrowNames(wished.candidates)), values: wishedValues(wished) }
}

const conflictsJson = memoize((isNarrow: boolean) => {
  const found = conflictsBy(isNarrow)
  return sql`json_object('takenNames', ${found.takenNames}, 'isEmailTaken', ${found.isEmailTaken})`
})

/** Reads what such a count has answered. */
export function readConflicts(json: string): Conflicts {
  // `conflictsJson` has made it.
  return JSON.parse(json) as Conflicts
}

function conflictsBy(isNarrow: boolean) {
  return {
    takenNames: sql<number>`(select count(*) from ${candidateRowsIn(sql.placeholder('candidates'))}
      where ${isNameTakenBy(isNarrow)})`,
    isEmailTaken: sql<number>`${isEmailTaken(sql.placeholder('emailFolded'))}`,
  }
}

function wishedValues({ candidates, emailFolded }: Wished) {
  return { candidates: JSON.stringify(candidates), emailFolded }
}

/** Inserts the user where name and address are free. The statement decides, so of many at once one wins. */
export function insertUser(db: Database, user: NewUser, now: Date) {
  const { candidates, isEmailUnique, unless, count } = user
  const form: InsertForm = {
    isNarrow: hasNarrowNames(candidates),
    isEmailUnique,
    counts: count === undefined ? 'nothing' : count.rates.length > 0 ? 'by key' : 'by account',
  }
  const given = {
    candidates: JSON.stringify(candidates),
    email: user.email,
    emailFolded: user.emailFolded,
    passwordHash: user.passwordHash,
    firstName: user.firstName,
    lastName: user.lastName,
    joinedMs: now.getTime(),
    lastLoginMs: user.lastLoginAt?.getTime() ?? null,
    ...countedValues(count),
  }
  return unless === undefined
    ? insertUserBy(JSON.stringify(form))(db, given)
    : insertUserUnless(db, { form, unless }, given)
}

/** What of a user about to be made decides which conditions there are: a few forms, each built once. */
type InsertForm = Pick<NewUser, 'isEmailUnique'> & {
  readonly isNarrow: boolean
  readonly counts: 'nothing' | 'by key' | 'by account'
}

const USER_VALUES = [
  'candidates',
  'email',
  'emailFolded',
  'passwordHash',
  'firstName',
  'lastName',
  'joinedMs',
  'lastLoginMs',
  ...COUNTED_VALUES,
] as const

const insertUserBy = memoize((formJson: string) => {
  const form = JSON.parse(formJson) as InsertForm // made just there
  return compiled(USER_VALUES, (db, given) =>
    insertUserUnless(db, { form, unless: undefined }, given),
  )
})

function insertUserUnless(
  db: Database,
  { form, unless }: { readonly form: InsertForm; readonly unless: SQL | undefined },
  given: Readonly<Record<(typeof USER_VALUES)[number], unknown>>,
) {
  const isEmailFree = form.isEmailUnique ? sql`not ${isEmailTaken(given.emailFolded)}` : sql`1`
  const isCounted = form.counts === 'nothing' ? sql`1` : hasHits(form.counts === 'by key', given)
  const row = {
    username: candidateField('name'),
    usernameFolded: candidateField('folded'),
    email: sql`${given.email}`,
    emailFolded: sql`${given.emailFolded}`,
    password: sql`${given.passwordHash}`,
    firstName: sql`${given.firstName}`,
    lastName: sql`${given.lastName}`,
    dateJoinedAt: sql`cast(${given.joinedMs} as integer)`,
    lastLoginAt: sql`cast(${given.lastLoginMs} as integer)`,
  }
  const from = sql`from ${candidateRowsIn(given.candidates)}
    where not ${isNameTakenBy(form.isNarrow)} and ${isEmailFree} and ${isCounted}
      and not (${unless ?? sql`0`})
    order by candidate.key limit 1`
  return insertRow(db, users, { values: row, from }).returning({
    id: users.id,
    username: users.username,
  })
}

function isEmailTaken(emailFolded: unknown): SQL {
  return sql`exists (select 1 from ${emailAddresses}
    where ${isVerifiedAs(emailFolded)} and ${emailFolded} <> '')`
}

/** Gives the new user its address; nothing where no user was made or it has none. */
export function insertPrimaryAddress(db: Database, user: NewUser, isVerified: boolean) {
  const { email, emailFolded, passwordHash } = user
  const names = foldedJson(user.candidates)
  return insertAddressOf(db, { names, passwordHash, email, emailFolded, isVerified: +isVerified })
}

const ADDRESS_VALUES = ['names', 'passwordHash', 'email', 'emailFolded', 'isVerified'] as const

const insertAddressOf = compiled(ADDRESS_VALUES, (db, given) => {
  const userId = newUserIdBy(given)
  const row = {
    userId,
    email: sql`${given.email}`,
    emailFolded: sql`${given.emailFolded}`,
    isVerified: sql`cast(${given.isVerified} as integer)`,
    isPrimary: true,
  }
  return insertRow(db, emailAddresses, {
    values: row,
    from: sql`where ${userId} is not null and ${given.email} <> ''`,
  })
})

/** The same, unless someone has verified the address already. */
export function newUserIdWithFreeEmail(user: NewUser): SQL {
  return sql`(select id from ${newUserId(user)} where not exists ${verifiedOwnerId(user.emailFolded)})`
}

/** Who has verified the address of the user that `insertUser` made, if it made one. */
export function ownerOfNewEmail(user: NewUser): SQL {
  return sql`(select user_id from ${verifiedOwnerId(user.emailFolded)} where exists ${newUserId(user)})`
}

/** The address that the owner of the new user's mailbox has verified, as it is stored there. */
export function ownersSpelling(user: NewUser): SQL {
  return sql`(select ${emailAddresses.email} from ${emailAddresses}
    where ${isVerifiedAs(user.emailFolded)} limit 1)`
}

function isVerifiedAs(emailFolded: unknown): SQL {
  return sql`${emailAddresses.emailFolded} = ${emailFolded} and ${emailAddresses.isVerified}`
}

/** The account that has verified an address. */
function verifiedOwnerId(emailFolded: string): SQL {
  return sql`(select ${emailAddresses.userId} from ${emailAddresses}
    where ${isVerifiedAs(emailFolded)} limit 1)`
}

function foldedJson(candidates: NewUser['candidates']): string {
  return JSON.stringify(candidates.map((candidate) => candidate.folded))
}
