import { USER_ATTRIBUTES, type UserAttribute } from './user-attributes.ts'

/** One entry of Django's `AUTH_PASSWORD_VALIDATORS`, its options read. */
export type PasswordValidator =
  | {
      readonly kind: 'user_attribute_similarity'
      readonly userAttributes: readonly UserAttribute[]
      /** From 0.1; a ratio at or above it is too similar. */
      readonly maxSimilarity: number
    }
  | { readonly kind: 'minimum_length'; readonly minLength: number }
  | { readonly kind: 'common_password' }
  | { readonly kind: 'numeric_password' }

const PACKAGE = 'django.contrib.auth.password_validation.'

type Options = Readonly<Record<string, unknown>>

type ValidatorReader = {
  /** Names of the options there are. */
  readonly options: readonly string[]
  readonly read: (options: Options) => PasswordValidator
}

/** Django's validators by class name, with their options. */
const VALIDATORS = {
  UserAttributeSimilarityValidator: {
    options: ['user_attributes', 'max_similarity'],
    read: (options: Options) => ({
      kind: 'user_attribute_similarity',
      userAttributes: readUserAttributes(options['user_attributes']),
      maxSimilarity: readMaxSimilarity(options['max_similarity']),
    }),
  },
  MinimumLengthValidator: {
    options: ['min_length'],
    read: (options: Options) => ({
      kind: 'minimum_length',
      minLength: readMinLength(options['min_length']),
    }),
  },
  CommonPasswordValidator: {
    options: [],
    read: () => ({ kind: 'common_password' }),
  },
  NumericPasswordValidator: {
    options: [],
    read: () => ({ kind: 'numeric_password' }),
  },
} satisfies Record<string, ValidatorReader>

/** The four validators that `django-admin startproject` writes, in its order. */
export const DEFAULT_PASSWORD_VALIDATORS: readonly PasswordValidator[] = Object.values(
  VALIDATORS,
).map((validator) => validator.read({}))

/**
 * Reads Django's notation, a list of `{"NAME": "django.contrib.auth.password_validation.…", "OPTIONS": {…}}`.
 * Throws an `Error` on anything that would silently check less than it says: an unknown validator, option or
 * attribute; `password_list_path`, for there are no files here.
 */
export function parsePasswordValidators(raw: unknown): readonly PasswordValidator[] {
  if (!Array.isArray(raw)) throw new Error('must be a list of {"NAME": …, "OPTIONS": {…}}')
  return raw.map(parseValidator)
}

/**
 * One entry of `AUTH_PASSWORD_VALIDATORS`.
 *
 * @throws for a validator that is not here: leaving it out would weaken the policy silently
 */
function parseValidator(entry: unknown): PasswordValidator {
  if (!isRecord(entry) || typeof entry['NAME'] !== 'string') {
    throw new Error('must be a list of {"NAME": …, "OPTIONS": {…}}')
  }
  const { NAME: name, OPTIONS: options = {}, ...others } = entry
  const [other] = Object.keys(others)
  if (other !== undefined) throw new Error(`has an entry with an unknown key ${other}`)
  const validator = findValidator(name)
  if (validator === undefined) throw new Error(`names an unknown validator ${name}`)
  if (!isRecord(options)) throw new Error(`needs an object as OPTIONS of ${name}`)
  const unknown = Object.keys(options).find((option) => !validator.options.includes(option))
  if (unknown !== undefined) throw new Error(`has an unknown option ${unknown} of ${name}`)
  return validator.read(options)
}

function findValidator(name: string): ValidatorReader | undefined {
  const table: Readonly<Record<string, ValidatorReader>> = VALIDATORS
  const className = name.slice(PACKAGE.length)
  return name.startsWith(PACKAGE) && Object.hasOwn(table, className) ? table[className] : undefined
}

function readUserAttributes(value: unknown): readonly UserAttribute[] {
  if (value === undefined) return USER_ATTRIBUTES
  if (!Array.isArray(value)) throw new Error('needs a list as user_attributes')
  return value.map((name) => {
    const attribute = USER_ATTRIBUTES.find((known) => known === name)
    if (attribute === undefined) {
      throw new Error(`has an unknown attribute ${name} in user_attributes`)
    }
    return attribute
  })
}

function readMaxSimilarity(value: unknown): number {
  if (value === undefined) return 0.7
  if (typeof value !== 'number' || !(value >= 0.1)) {
    throw new Error('needs a number of at least 0.1 as max_similarity')
  }
  return value
}

function readMinLength(value: unknown): number {
  if (value === undefined) return 8
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Error('needs a whole number as min_length')
  }
  return value
}

function isRecord(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
