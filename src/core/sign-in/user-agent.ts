/** What a `User-Agent` says of a device, for its owner's eyes: it proves nothing. Empty where it says nothing known. */
export type Device = {
  readonly browser: string
  readonly system: string
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'program' | 'unknown'
}

/** Longer ones are not read to their end. */
const MAX_LENGTH = 255

type Named = readonly [mark: string, name: string]

/** In this order: most claim to be several (RFC 9110 §10.1.5 asks for less). */
const BROWSERS: readonly Named[] = [
  ['Edg/', 'Edge'],
  ['EdgA/', 'Edge'],
  ['EdgiOS/', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Version/', 'Safari'],
]

const PROGRAMS: readonly Named[] = [
  ['okhttp/', 'okhttp'],
  ['Dart/', 'Dart'],
  ['CFNetwork/', 'CFNetwork'],
  ['curl/', 'curl'],
  ['python-requests/', 'Python'],
  ['node', 'Node.js'],
]

const SYSTEMS: readonly Named[] = [
  ['iPad', 'iPadOS'],
  ['iPhone', 'iOS'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Darwin', 'Apple'],
  ['Linux', 'Linux'],
]

/** Reads the browser, the system and the kind of device; linear, by words that browsers agree on. */
export function deviceOf(userAgent: string): Device {
  const text = userAgent.slice(0, MAX_LENGTH)
  const system = named(SYSTEMS, text)
  const browser = text.startsWith('Mozilla/') ? named(BROWSERS, text) : ''
  if (browser !== '') return { browser, system, kind: kindOf(text) }
  const program = named(PROGRAMS, text)
  return { browser: program, system, kind: program === '' ? 'unknown' : 'program' }
}

function named(names: readonly Named[], text: string): string {
  return names.find(([mark]) => text.includes(mark))?.[1] ?? ''
}

function kindOf(text: string): Device['kind'] {
  if (text.includes('iPad')) return 'tablet'
  if (text.includes('Mobile')) return 'mobile'
  return text.includes('Android') ? 'tablet' : 'desktop'
}
