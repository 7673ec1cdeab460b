/**
 * Patterns of own fields. They are matched by all their ways at once (Thompson 1968), in time that grows with the
 * text times the pattern, so that no text makes a pattern slow (ReDoS). What would need backtracking, back references
 * and look-arounds, is no part of the syntax.
 */

/** Returns whether a whole text matches. */
export type FieldPattern = (text: string) => boolean

type Takes = (character: string) => boolean

/** One state: consumes a character and continues, or continues in two ways without one. */
type State =
  | { readonly kind: 'takes'; readonly takes: Takes; next: number }
  | { readonly kind: 'splits'; ways: number[] }

/** More states would make a long text slow after all. */
const MAX_STATES = 1_000
const MAX_LENGTH = 500

/**
 * Compiles `[A-Z]{2}\d+`: characters, classes, `.`, `\d \w \s` and their opposites, groups, `|`, `* + ? {m,n}`.
 *
 * @throws Error whose message says what is not understood
 */
export function compileFieldPattern(source: string): FieldPattern {
  const parser = new Parser(withoutAnchors(source))
  const states = parser.states
  const start = parser.whole()
  return (text) => {
    let current = closure(states, [start])
    for (const character of text) {
      const taken: number[] = []
      for (const index of current) {
        const state = states[index]
        if (state?.kind === 'takes' && state.takes(character)) taken.push(state.next)
      }
      if (taken.length === 0) return false
      current = closure(states, taken)
    }
    return current.has(END)
  }
}

/** The whole text must match anyway. */
function withoutAnchors(source: string): string {
  if (source.length > MAX_LENGTH) throw new Error('is too long')
  const end = source.endsWith('$') && !source.endsWith('\\$') ? -1 : undefined
  return source.slice(source.startsWith('^') ? 1 : 0, end)
}

/** The state in which a text has matched. */
const END = 0

/** All states that can be reached without another character. */
function closure(states: readonly State[], from: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>()
  const waiting = [...from]
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (reached.has(index)) continue
    reached.add(index)
    const state = states[index]
    if (state?.kind === 'splits') waiting.push(...state.ways)
  }
  return reached
}

const CLASS = /\[(\^?)((?:\\.|[^\]\\])*)\]/y
const QUANTIFIER = /[*+?]|\{(\d{1,3})(?:(,)(\d{0,3}))?\}/y
const SHORTHANDS: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[0-9A-Za-z_]',
  W: '[^0-9A-Za-z_]',
  s: '[ \t\n\r\f\v]',
  S: '[^ \t\n\r\f\v]',
}

/** Builds states from the end of the pattern to its beginning: each part is given its next state. */
class Parser {
  readonly states: State[] = [{ kind: 'splits', ways: [] }]
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  whole(): number {
    const build = this.#choice()
    if (this.#at < this.#source.length) throw new Error('has a ) too many')
    return build(END)
  }

  #choice(): Build {
    const parts = [this.#sequence()]
    while (this.#source[this.#at] === '|') {
      this.#at += 1
      parts.push(this.#sequence())
    }
    const [only] = parts
    if (parts.length === 1 && only !== undefined) return only
    return (next) => this.#add({ kind: 'splits', ways: parts.map((part) => part(next)) })
  }

  #sequence(): Build {
    const parts: Build[] = []
    for (;;) {
      const character = this.#source[this.#at]
      if (character === undefined || character === '|' || character === ')') break
      parts.push(this.#repeated())
    }
    return (next) => parts.reduceRight((after, part) => part(after), next)
  }

  #repeated(): Build {
    const body = this.#atom()
    const match = this.#take(QUANTIFIER)
    if (match === null) return body
    if (/[*+?{]/.test(this.#source[this.#at] ?? '')) {
      throw new Error('repeats a repetition')
    }
    const [text, least, comma, most] = match
    if (text === '?') return this.#times(body, 0, 1)
    if (text === '*') return this.#times(body, 0, Infinity)
    if (text === '+') return this.#times(body, 1, Infinity)
    const min = Number(least)
    const max = comma === undefined ? min : most === '' ? Infinity : Number(most)
    if (max < min) throw new Error(`has ${text}, which is none`)
    return this.#times(body, min, max)
  }

  #times(body: Build, min: number, max: number): Build {
    return (next) => {
      let start = next
      if (max === Infinity) {
        const loop: State = { kind: 'splits', ways: [next] }
        start = this.#add(loop)
        loop.ways.push(body(start))
      } else {
        for (let index = min; index < max; index += 1) {
          start = this.#add({ kind: 'splits', ways: [next, body(start)] })
        }
      }
      for (let index = 0; index < min; index += 1) start = body(start)
      return start
    }
  }

  #atom(): Build {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0)
    if (character === '(') return this.#group()
    if (character === '[') {
      const match = this.#take(CLASS)
      if (match === null) throw new Error('has a [ without its ]')
      return this.#takes(classOf(match[1] === '^', match[2] ?? ''))
    }
    if (/[*+?{^$]/.test(character)) throw new Error(`has a ${character} where it cannot stand`)
    this.#at += character.length
    if (character === '.') return this.#takes((one) => one !== '\n')
    if (character !== '\\') return this.#takes((one) => one === character)
    const escaped = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0)
    this.#at += escaped.length
    return this.#takes(escapeOf(escaped))
  }

  #group(): Build {
    this.#at += this.#source.startsWith('(?:', this.#at) ? 3 : 1
    if (this.#source[this.#at] === '?') throw new Error('has a look-around or a named group')
    const body = this.#choice()
    if (this.#source[this.#at] !== ')') throw new Error('has a ( without its )')
    this.#at += 1
    return body
  }

  #takes(takes: Takes): Build {
    return (next) => this.#add({ kind: 'takes', takes, next })
  }

  #add(state: State): number {
    if (this.states.length >= MAX_STATES) throw new Error('is too large')
    return this.states.push(state) - 1
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }
}

/** The automaton while it is built. */
type Build = (next: number) => number

function escapeOf(escaped: string): Takes {
  const shorthand = SHORTHANDS[escaped]
  if (shorthand !== undefined) return takesOf(shorthand)
  if (/[0-9A-Za-z\0]/.test(escaped)) throw new Error(`has \\${escaped}, which is not understood`)
  return (one) => one === escaped
}

function classOf(isNegated: boolean, content: string): Takes {
  if (/\\[^dDwWsS\W]|\[/.test(content)) throw new Error(`has [${content}], which is not understood`)
  return takesOf(`[${isNegated ? '^' : ''}${content}]`)
}

/** One class against one character, decided by the engine itself. */
function takesOf(characterClass: string): Takes {
  const one = new RegExp(`^${characterClass}$`, 'u')
  return (character) => one.test(character)
}
