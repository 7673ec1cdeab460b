/** A regular expression as a tree; what it asserts without taking a character is an `assertion`. */
export type Node =
  | { readonly kind: 'characters'; readonly takes: (character: string) => boolean }
  | { readonly kind: 'assertion'; readonly isStart: boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number }

const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y
const GROUP = /\((?:\?(?::|<?[=!]|<\w+>))?/y
const CLASS = /\[(?:\\.|[^\]\\])*\]/y
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|.)/y

/**
 * Parses the syntax of JavaScript's regular expressions. Back references and repetitions without bound in
 * look-arounds are refused: how long they take cannot be told from the automaton.
 */
export function parseRegExp(regexp: RegExp): Node {
  const { source } = regexp
  const flags = regexp.flags.replaceAll(/[gyd]/g, '')
  let at = 0

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  const characters = (atom: string): Node => {
    const whole = new RegExp(`^${atom}$`, flags.replace('m', ''))
    return { kind: 'characters', takes: (character) => whole.test(character) }
  }
  const choice = (): Node => {
    const parts = [sequence()]
    while (source[at] === '|') {
      at += 1
      parts.push(sequence())
    }
    return { kind: 'choice', parts }
  }
  const sequence = (): Node => {
    const parts: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeat())
    return { kind: 'sequence', parts }
  }
  const repeat = (): Node => {
    const body = atom()
    const quantifier = take(QUANTIFIER)
    if (quantifier === null) return body
    const [text, min, comma, max] = quantifier
    if (text.startsWith('?')) return { kind: 'repeat', body, min: 0, max: 1 }
    if (text.startsWith('*')) return { kind: 'repeat', body, min: 0, max: Infinity }
    if (text.startsWith('+')) return { kind: 'repeat', body, min: 1, max: Infinity }
    const most = comma === '' ? Number(min) : max === '' ? Infinity : Number(max)
    return { kind: 'repeat', body, min: Number(min), max: most }
  }
  const atom = (): Node => {
    const group = take(GROUP)?.[0]
    if (group !== undefined) return grouped(group)
    const set = take(CLASS)?.[0]
    if (set !== undefined) return characters(set)
    const escape = take(ESCAPE)?.[0]
    if (escape !== undefined) {
      if (/^\\[1-9k]/.test(escape)) throw new Error(`A back reference: ${String(regexp)}`)
      return /^\\b$/i.test(escape) ? { kind: 'assertion', isStart: false } : characters(escape)
    }
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0)
    at += character.length
    if (character === '^') return { kind: 'assertion', isStart: !flags.includes('m') }
    if (character === '$') return { kind: 'assertion', isStart: false }
    return characters(/[{}\]/]/.test(character) ? `\\${character}` : character)
  }
  const grouped = (opening: string): Node => {
    const body = choice()
    at += 1
    if (!/[=!]$/.test(opening)) return body
    if (isUnbounded(body)) throw new Error(`A look-around without bound: ${String(regexp)}`)
    return { kind: 'assertion', isStart: false }
  }
  return choice()
}

function isUnbounded(node: Node): boolean {
  if (node.kind === 'repeat') return node.max === Infinity || isUnbounded(node.body)
  return 'parts' in node && node.parts.some(isUnbounded)
}
