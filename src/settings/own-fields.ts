/** `USER_FIELDS`: declarations of custom fields. */
import { meaning } from './meaning.ts'
import { OWN_TEXT_MAX_LENGTH } from './own-text.ts'
import { structured } from './setting.ts'

/** Type of a custom field. */
type OwnFieldType = (typeof TYPES)[number]

/** Who may read or write a field: each role includes the rights of those to its right. */
export type Door = (typeof DOORS)[number]

/** A custom field, as `USER_FIELDS` declares it. */
export type OwnField = {
  /** Its name on the wire; `profile.phone` is shown as `{"profile": {"phone": …}}`. */
  readonly name: string
  readonly type: OwnFieldType
  /** Whether a registration must give it; it may then never be blank. */
  readonly required: boolean
  readonly unique: boolean
  readonly read: Door
  readonly write: Door
  /** Whether JWTs carry it. */
  readonly jwt: boolean
  /** Value where none was given; `undefined`: the empty value of its type. */
  readonly fallback: unknown
  /** Of texts, in characters as Python counts them. */
  readonly minLength: number
  readonly maxLength: number
  readonly minValue: number | undefined
  readonly maxValue: number | undefined
  /** What the whole text must match, in the syntax of `field-pattern.ts`. */
  readonly pattern: string | undefined
  readonly choices: readonly string[]
  /** Of a JSON value, serialized. */
  readonly maxBytes: number
  readonly label: string | undefined
  readonly help: string | undefined
  /** Where a provider's profile has it, the first that is there counts: `phone_number`, `data.locale`. */
  readonly from: readonly string[]
  /** Where Django keeps it: `accounts_user.phone`, or a table of one row a user: `accounts_profile.phone`. */
  readonly django: string | undefined
}

const TYPES = ['string', 'integer', 'boolean', 'date', 'choice', 'url', 'phone', 'json'] as const
const DOORS = ['owner', 'staff', 'server'] as const

/** Custom fields. */
export const ownFieldSettings = {
  USER_FIELDS: structured<readonly OwnField[]>(
    parseOwnFields,
    [],
    meaning(
      'Fields of your own by name, as JSON: {"phone": {"type": "phone", "unique": true}}; see docs/own-fields.md.',
    ),
  ),
} as const

/** Fields of one user all together; more would not be fields any more. */
const MAX_FIELDS = 50
const TEXT_LENGTH = { default: 255, max: OWN_TEXT_MAX_LENGTH }
const JSON_BYTES = { default: 4_096, max: 32_768 }

/** Reads the declarations; the error names every fault. */
function parseOwnFields(raw: unknown): readonly OwnField[] {
  if (raw === '' || raw === null) return []
  if (!isRecord(raw)) throw new Error('must be an object of field names and their options')
  const faults: string[] = []
  const fields = Object.entries(raw).map(([name, options]) => readField(name, options, faults))
  if (fields.length > MAX_FIELDS) faults.push(`has more than ${MAX_FIELDS} fields`)
  if (faults.length > 0) throw new Error(faults.join('; '))
  return fields
}

/** One declaration. Unknown keys are faults: a misspelt `write` would make a field writable by default rules. */
function readField(name: string, raw: unknown, faults: string[]): OwnField {
  const options: Readonly<Record<string, unknown>> = isRecord(raw) ? raw : {}
  const wrong = (what: string): void => {
    faults.push(`${name} ${what}`)
  }
  if (!isRecord(raw)) wrong('must be an object of options')
  const unknown = Object.keys(options).filter((key) => !KNOWN.has(key))
  if (unknown.length > 0) wrong(`has unknown options: ${unknown.join(', ')}`)
  const { word, flag, whole, text, texts } = readersOf(options, wrong)
  const bound = Number.MAX_SAFE_INTEGER
  return {
    name,
    type: word('type', TYPES, 'string'),
    required: flag('required'),
    unique: flag('unique'),
    read: word('read', DOORS, 'owner'),
    write: word('write', DOORS, 'owner'),
    jwt: flag('jwt'),
    fallback: options['default'],
    minLength: whole('min_length', TEXT_LENGTH.max) ?? 0,
    maxLength: whole('max_length', TEXT_LENGTH.max) ?? TEXT_LENGTH.default,
    minValue: whole('min_value', bound),
    maxValue: whole('max_value', bound),
    pattern: text('pattern'),
    choices: texts('choices'),
    maxBytes: whole('max_bytes', JSON_BYTES.max) ?? JSON_BYTES.default,
    label: text('label'),
    help: text('help_text'),
    from: texts('from'),
    django: text('django'),
  }
}

/** Reads options by their types; of a wrong one, what it is when absent. */
function readersOf(options: Readonly<Record<string, unknown>>, wrong: (what: string) => void) {
  const word = <Word extends string>(key: string, words: readonly Word[], fallback: Word): Word => {
    const found = words.find((one) => one === (options[key] ?? fallback))
    if (found === undefined) wrong(`has a ${key} that is none of ${words.join(', ')}`)
    return found ?? fallback
  }
  const flag = (key: string): boolean => {
    const value = options[key] ?? false
    if (typeof value !== 'boolean') wrong(`has a ${key} that is neither true nor false`)
    return value === true
  }
  const whole = (key: string, max: number): number | undefined => {
    const value = options[key]
    if (value === undefined) return undefined
    const isFine = typeof value === 'number' && Number.isSafeInteger(value) && value <= max
    if (!isFine) wrong(`has a ${key} that is no whole number up to ${max}`)
    return isFine ? value : undefined
  }
  const text = (key: string): string | undefined => {
    const value = options[key]
    if (value !== undefined && typeof value !== 'string') wrong(`has a ${key} that is no text`)
    return typeof value === 'string' ? value : undefined
  }
  const texts = (key: string): readonly string[] => {
    const value = options[key] ?? []
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const read = list.filter((one) => typeof one === 'string')
    if (read.length < list.length) wrong(`has ${key} that are no texts`)
    return read
  }
  return { word, flag, whole, text, texts }
}

const KNOWN = new Set(
  (
    'type required unique read write jwt default min_length max_length min_value max_value ' +
    'pattern choices max_bytes label help_text from django'
  ).split(' '),
)

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
