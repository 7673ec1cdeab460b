/**
 * The optional parts of a new account: public id and custom fields, read, checked and inserted by every way of
 * signing up.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import type { Door } from '../../settings/own-fields.ts'
import type { MoreOfUser } from '../users/more.ts'
import { givenOf } from '../users/given.ts'
import type { OwnValues } from '../users/own-fields.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import {
  insertFreeOwnFields,
  insertOwnFields,
  isOwnTaken,
  selectOwnTaken,
  type OwnChanges,
} from '../users/own-fields.sql.ts'
import { insertPublicId } from '../users/public-ids.sql.ts'
import { newPublicId } from '../users/public-id.ts'
import { loadOwnFields } from '../users/load-own-fields.ts'

type MoreDeps = Pick<Deps, 'db' | 'settings' | 'randomBytes'>

/** What is written of a new account in addition to its row and its address. */
export type NewMore = {
  readonly own: OwnChanges | undefined
  readonly publicId: string | undefined
}

/** What was given for own fields, and who gave it. */
export type GivenOwn = { readonly input: OwnInput; readonly door: Door }

/** Reads what was given for a new account; nothing where no setting asks for any of it. */
export async function readNewMore(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  { input, door }: GivenOwn,
): Promise<{ readonly more: NewMore; readonly faults: readonly OwnFault[] }> {
  const { USER_FIELDS, USER_PK } = deps.settings
  const publicId = USER_PK === 'uuid' ? newPublicId(deps.randomBytes) : undefined
  if (USER_FIELDS.length === 0) return { more: { own: undefined, publicId }, faults: [] }
  // Read where fields are declared: most deployments have none.
  const { readOwnFields, uniqueValues, withDefaults, writableFields } = await loadOwnFields()
  const mode = door === 'owner' ? 'whole' : 'partial'
  const { values, faults } = readOwnFields(writableFields(USER_FIELDS, door), input, mode)
  const unique = uniqueValues(USER_FIELDS, values)
  return { more: { own: { values: withDefaults(USER_FIELDS, values), unique }, publicId }, faults }
}

/** A further condition under which no account is created: another account has a value that must be unique. */
export function unlessMoreTaken({ own }: NewMore): SQL {
  const unique = own?.unique ?? []
  return unique.length === 0 ? sql`` : sql` or ${isOwnTaken(unique)}`
}

/** The condition that no value is another's which only one account may have. */
export function isMoreFree({ own }: NewMore): SQL {
  return sql`not ${isOwnTaken(own?.unique ?? [])}`
}

/** Answers which fields these are; nothing is asked where no value must be unique. */
export function selectMoreTaken({ db }: Pick<Deps, 'db'>, { own }: NewMore) {
  const unique = own?.unique ?? []
  return unique.length === 0 ? [] : [selectOwnTaken(db, unique)]
}

/** Writes it in the batch that makes the account. */
export function insertMore(
  { db }: Pick<MoreDeps, 'db'>,
  userId: SQL,
  { own, publicId }: NewMore,
): readonly Statement[] {
  return [
    ...(own === undefined ? [] : insertOwnFields(db, userId, own)),
    ...(publicId === undefined ? [] : [insertPublicId(db, userId, publicId)]),
  ]
}

/**
 * The same for a social sign-up, which cannot be asked: values that another account has are left out. `kept`
 * returns what was written.
 */
export function insertFreeMore({ db }: Pick<MoreDeps, 'db'>, userId: SQL, more: NewMore) {
  const { own, publicId } = more
  const [document, keys] = own === undefined ? [] : insertFreeOwnFields(db, userId, own)
  return {
    kept: document === undefined ? [] : [document],
    more: [
      ...(keys === undefined ? [] : [keys]),
      ...(publicId === undefined ? [] : [insertPublicId(db, userId, publicId)]),
    ],
  }
}

/** What a social sign-up has for own fields. */
export type SocialMore = {
  /** What is written; values that a provider gives, if they are valid. */
  readonly more: NewMore
  /** Those among them that the user entered: where another account has one, an error says so. */
  readonly typed: NewMore
  /** Of what was typed, and which fields are still missing that a registration must give. */
  readonly faults: readonly OwnFault[]
}

/** Reads own fields of a social sign-up: what its owner typed goes before what the provider's profile says. */
export async function readSocialMore(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  profile: Readonly<Record<string, unknown>>,
  input: OwnInput = {},
): Promise<SocialMore> {
  const { USER_FIELDS } = deps.settings
  const more = await readProfile(deps, profile)
  if (more.own === undefined) return { more, typed: more, faults: [] }
  const { readOwnFields, uniqueValues, writableFields } = await loadOwnFields()
  const fields = writableFields(USER_FIELDS, 'owner')
  const typed = readOwnFields(fields, input, 'partial')
  const values = { ...more.own.values, ...typed.values }
  const missing = fields.filter(
    ({ name, required, fallback }) =>
      required && fallback === undefined && !hasValue(values, name) && !Object.hasOwn(input, name),
  )
  const own = { values, unique: uniqueValues(USER_FIELDS, values) }
  const ofOwner = { values: typed.values, unique: uniqueValues(USER_FIELDS, typed.values) }
  return {
    more: { ...more, own },
    typed: { ...more, own: ofOwner },
    faults: [
      ...typed.faults,
      ...missing.map(({ name }) => ({ field: name, code: 'required' }) as const),
    ],
  }
}

function hasValue(values: OwnValues, name: string): boolean {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  return value !== undefined && value !== null && value !== ''
}

/** A provider's values for custom fields, if they are valid. */
export async function readProfile(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  profile: Readonly<Record<string, unknown>>,
): Promise<NewMore> {
  const mapped = deps.settings.USER_FIELDS.flatMap(({ name, from }) => {
    const value = from.map((path) => valueAt(profile, path)).find((one) => one !== undefined)
    return value === undefined ? [] : [[name, givenOf(value)] as const]
  })
  const input = Object.fromEntries(mapped)
  return (await readNewMore(deps, { input, door: 'server' })).more
}

/** `data.locale`: what lies in the object there. */
function valueAt(profile: unknown, path: string): unknown {
  let value = profile
  for (const key of path.split('.')) {
    const isHolder = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    if (!isHolder) return undefined
    value = Reflect.get(Object(value), key)
  }
  return value ?? undefined
}

/** The same as a query of the account would read it. A new account has no rights yet. */
export function moreOfNew({ own, publicId }: NewMore, kept?: OwnValues): MoreOfUser {
  return {
    ...(own === undefined ? {} : { own: kept ?? own.values }),
    ...(publicId === undefined ? {} : { publicId }),
  }
}
