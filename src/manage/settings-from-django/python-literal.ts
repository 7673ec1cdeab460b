/** A reader of Python literals, so that settings can be taken from Python files without executing them. */

/** A value that Python prints and this reader does not know: a class, a lazy text, an object. */
export const UNREADABLE: unique symbol = Symbol('unreadable')

/** Whether a value is unreadable, or something in it. */
export function holdsUnreadable(value: unknown): boolean {
  if (value === UNREADABLE) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsUnreadable)
}

/** What was read, and where it ended. */
export type Literal = { readonly value: unknown; readonly end: number }

/**
 * Reads one Python literal, as `repr()` and people write it: strings, numbers (with + - * between them), booleans,
 * None, lists, tuples, sets, dicts, and `timedelta(…)` as seconds. Everything else becomes `UNREADABLE`, alone or
 * inside; nothing is executed.
 */
export function readPythonLiteral(source: string, start: number): Literal {
  const reader = new Reader(source, start)
  const value = reader.expression()
  return { value, end: reader.position }
}

/** Seconds of each of timedelta's arguments, in their order. */
const TIMEDELTA_SECONDS: Readonly<Record<string, number>> = {
  days: 86_400,
  seconds: 1,
  microseconds: 1e-6,
  milliseconds: 1e-3,
  minutes: 60,
  hours: 3_600,
  weeks: 604_800,
}

class Reader {
  readonly source: string
  position: number
  /** Inside brackets a line may end anywhere. */
  depth = 0

  constructor(source: string, start: number) {
    this.source = source
    this.position = start
  }

  expression(): unknown {
    let value = this.value()
    for (;;) {
      const operator = this.take(/[*+-]/y)
      if (operator === undefined) return value
      const right = this.value()
      value = calculate(value, operator, right)
    }
  }

  value(): unknown {
    const number = this.take(/[+-]?(?:\d[\d_]*\.?\d*(?:e[+-]?\d+)?|\.\d+)/iy)
    if (number !== undefined) return Number(number.replaceAll('_', ''))
    if (/['"]/.test(this.peek())) return this.texts('')
    const bracket = this.take(/[[({]/y)
    if (bracket !== undefined) return this.collection(bracket)
    const name = this.take(/[A-Za-z_][\w.]*/y)
    if (name === undefined) return this.skip()
    if (/^[rbuf]{1,2}$/i.test(name) && /['"]/.test(this.source[this.position] ?? '')) {
      return this.texts(name.toLowerCase())
    }
    if (name === 'True') return true
    if (name === 'False') return false
    if (name === 'None') return null
    return this.call(name)
  }

  /** Adjacent texts are one. */
  texts(prefix: string): unknown {
    let whole = ''
    let next = prefix
    while (/['"]/.test(this.peek())) {
      const text = this.text(next)
      if (text === undefined || next.includes('f')) return UNREADABLE
      whole += text
      next = this.take(/[rbu]{1,2}(?=['"])/iy)?.toLowerCase() ?? ''
    }
    return whole
  }

  text(prefix: string): string | undefined {
    const quote = this.take(/'''|"""|'|"/y)
    if (quote === undefined) return undefined
    const end = closingQuote(this.source, this.position, quote)
    if (end === undefined) {
      this.position = this.source.length
      return undefined
    }
    const raw = this.source.slice(this.position, end)
    this.position = end + quote.length
    return prefix.includes('r') ? raw : unescapeText(raw)
  }

  collection(bracket: string): unknown {
    const close = { '[': ']', '(': ')', '{': '}' }[bracket] ?? ']'
    const items: unknown[] = []
    const entries: [unknown, unknown][] = []
    let commas = 0
    this.depth += 1
    while (this.peek() !== close && this.peek() !== '') {
      const before = this.position
      const item = this.expression()
      if (this.take(/:/y) !== undefined) entries.push([item, this.expression()])
      else items.push(item)
      // What follows a value here is an expression that is no literal.
      if (!/[,\])}]/.test(this.peek())) {
        this.skip()
        markUnreadable(items, entries)
      }
      if (this.take(/,/y) !== undefined) commas += 1
      if (this.position === before) this.position += 1
    }
    this.depth -= 1
    this.take(/[\])}]/y)
    if (bracket === '{' && (entries.length > 0 || items.length === 0)) {
      return Object.fromEntries(entries.map(([key, value]) => [String(key), value]))
    }
    return bracket === '(' && commas === 0 && items.length === 1 ? items[0] : items
  }

  /** A name, and the calls and attributes that follow it: `os.environ["X"]`, `Path(…).parent`. */
  call(name: string): unknown {
    if (/(?:^|\.)timedelta$/.test(name) && this.peek() === '(') return this.timedelta()
    for (;;) {
      const bracket = this.take(/[[(]/y)
      if (bracket !== undefined) this.collection(bracket)
      else if (this.take(/\.\w+/y) === undefined) return UNREADABLE
    }
  }

  timedelta(): unknown {
    const start = this.position + 1
    const end = this.source.indexOf(')', start)
    this.position = end < 0 ? this.source.length : end + 1
    return timedeltaSeconds(this.source.slice(start, Math.max(start, end))) ?? UNREADABLE
  }

  /** Passes over what is no literal, up to where the next one may begin. */
  skip(): unknown {
    const pattern = this.depth > 0 ? /[^,\])}]+/y : /[^\n]+/y
    this.take(pattern)
    return UNREADABLE
  }

  peek(): string {
    this.take(this.depth > 0 ? /(?:\s|#[^\n]*)+/y : /[ \t]+/y)
    return this.source[this.position] ?? ''
  }

  take(pattern: RegExp): string | undefined {
    if (!pattern.source.includes('\\s') && !pattern.source.startsWith('[ ')) this.peek()
    pattern.lastIndex = this.position
    const match = pattern.exec(this.source)
    if (match === null) return undefined
    this.position = pattern.lastIndex
    return match[0]
  }
}

/** The value read last was only the beginning of something else. */
function markUnreadable(items: unknown[], entries: [unknown, unknown][]): void {
  const last = entries.at(-1)
  if (last !== undefined) last[1] = UNREADABLE
  else if (items.length > 0) items[items.length - 1] = UNREADABLE
}

function calculate(left: unknown, operator: string, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === '*') return left * right
    return operator === '+' ? left + right : left - right
  }
  if (operator !== '+') return UNREADABLE
  if (typeof left === 'string' && typeof right === 'string') return left + right
  const isLists = Array.isArray(left) && Array.isArray(right)
  return isLists
    ? [...left.map((item: unknown) => item), ...right.map((item: unknown) => item)]
    : UNREADABLE
}

function timedeltaSeconds(text: string): number | undefined {
  const names = Object.keys(TIMEDELTA_SECONDS)
  let seconds = 0
  for (const [index, argument] of text.split(',').entries()) {
    if (argument.trim() === '') continue
    const [keyword = '', name = names[index]] = /^\s*(\w+)\s*=/.exec(argument) ?? []
    const { value } = readPythonLiteral(argument.slice(keyword.length), 0)
    const unit = TIMEDELTA_SECONDS[name ?? '']
    if (unit === undefined || typeof value !== 'number') return undefined
    seconds += unit * value
  }
  return seconds
}

function closingQuote(source: string, start: number, quote: string): number | undefined {
  for (let index = start; index < source.length; index += 1) {
    if (source[index] === '\\') index += 1
    else if (source.startsWith(quote, index)) return index
    else if (source[index] === '\n' && quote.length === 1) return undefined
  }
  return undefined
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\n': '',
}

function unescapeText(raw: string): string {
  return raw.replace(
    /\\(?:(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|([\s\S]))/gi,
    (whole, coded?: string, single?: string) => {
      if (coded !== undefined) {
        const code = Number.parseInt(coded.slice(1), 16)
        return String.fromCodePoint(Math.min(code, 0x10ffff))
      }
      if (single === undefined) return whole
      return ESCAPES[single] ?? (/['"\\]/.test(single) ? single : whole)
    },
  )
}
