import { SETTINGS } from '../../src/settings/parse.ts'
import type { Setting } from '../../src/settings/setting.ts'

type Env = Readonly<Record<string, unknown>>

/** Raw values that some setting reads and another refuses. */
const ODD: readonly unknown[] = [
  [undefined, null, true, false, 0, -1, 1.5, 7, Number.NaN, [], {}, ['a'], [1]],
  ['', ' ', 'None', 'TRUE ', 'no', '0', ' 5 ', '-1', '007', '1e3', '99999999999999999999'],
  ['timedelta(days=1)', 'strict', 'a,b', '["a","b"]', "('a', 'b')", '{bad', '"x"', '/x/'],
  ['a/../b', 'email,username', 'username*,email', 'x y', 'https://app.example'],
  ['-----BEGIN PRIVATE KEY-----\\nAA==\\n', '{"login": "5/m", "signup": null}'],
  [{ toString: 'x' }, Object.create(null), [Object.create(null)]],
  ['{"login": "five"}', '{"dj_rest_auth": "5/minute"}', { login: '1/s', signup: false }],
].flat()

/** Raw values of a setting: what it is by itself, its bounds, its words, and odd ones. */
function rawValuesOf({ default: safe, exact, shape }: Setting<unknown>): readonly unknown[] {
  const { min = 0, max = 1_000, words = [] } = shape ?? {}
  const own = [safe, exact, JSON.stringify(safe), min, String(max), min - 1, max + 1]
  return [...new Set([...own, ...words, words.join(', ').toUpperCase(), ...ODD])]
}

/** Names that change other settings, or none. */
const OTHERS: Readonly<Record<string, readonly unknown[]>> = {
  REST_AUTH: ['{"USE_JWT": true}', '{"TOKEN_MODEL": null, "NOPE": 1}', undefined, '', '[1]'],
  SIMPLE_JWT: ['{"ALGORITHM": "HS512"}', { LEEWAY: -1 }, null],
  REST_FRAMEWORK: ['{"DEFAULT_THROTTLE_RATES": {"anon": "5/m"}}', '{'],
  GITHUB_CLIENT_ID: ['x', '', undefined],
  GITHUB_CLIENT_SECRET: ['y'],
  lower_CLIENT_ID: ['x'],
  FOO: ['bar'],
  ACCOUNT_EMAIL_REQUIRED: ['true'],
  USE_JTW: ['true'],
  toString: ['x'],
  constructor: ['x'],
}

const ALL: readonly (readonly [string, readonly unknown[]])[] = [
  ...Object.entries<Setting<unknown>>(SETTINGS).map(
    ([name, setting]) => [name, rawValuesOf(setting)] as const,
  ),
  ...Object.entries(OTHERS),
]

/** Each raw value of each setting alone, and each other name. */
export function eachAlone(): readonly Env[] {
  return ALL.flatMap(([name, values]) => values.map((value) => ({ [name]: value })))
}

/** Some settings together, the same ones in every run; `isTaken` may leave variables out. */
export function together(
  count: number,
  isTaken: (name: string, value: unknown) => boolean = () => true,
): readonly Env[] {
  const random = randomNumbers(count)
  const one = <Value>(list: readonly Value[]) => list[Math.floor(random() * list.length)]
  return Array.from({ length: count }, () => {
    const pairs = Array.from({ length: 3 + Math.floor(random() * 40) }, () => {
      const [name, values] = one(ALL) ?? ['', []]
      return [name, one(values)] as const
    })
    return Object.fromEntries(pairs.filter(([name, value]) => isTaken(name, value)))
  })
}

/** A sequence of numbers from 0 to 1 (Mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
