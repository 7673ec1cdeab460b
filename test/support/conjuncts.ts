/** A condition in a statement's text, from its first to behind its last character. */
export type Conjunct = { readonly start: number; readonly end: number; readonly text: string }

type Word = {
  readonly word: string
  readonly start: number
  readonly end: number
  readonly depth: number
}

/** What a condition ends at, besides the closing parenthesis. */
const ENDS = [
  'where',
  'returning',
  'order',
  'group',
  'limit',
  'union',
  'on',
  'set',
  'inner',
  'left',
  'select',
]

/** The text of a statement without what stands in quotes, and how deep in parentheses each word stands. */
function wordsOf(sql: string): readonly Word[] {
  const words: Word[] = []
  let depth = 0
  for (const { 0: word, index: start } of sql.matchAll(
    /'(?:''|[^'])*'|"[^"]*"|[(),]|[^\s(),'"]+/g,
  )) {
    if (word === ')') depth -= 1
    words.push({ word: word.toLowerCase(), start, end: start + word.length, depth })
    if (word === '(') depth += 1
  }
  return words
}

/**
 * Every condition that a statement joins by AND, at whatever depth: behind `where` and `on`, and in parentheses that
 * hold a condition.
 */
export function conjunctsOf(sql: string): readonly Conjunct[] {
  const words = wordsOf(sql)
  return words.flatMap(({ word, depth }, at) => {
    const isClause = word === 'where' || (word === 'on' && words[at + 1]?.word !== 'conflict')
    const isGroup =
      word === '(' && words[at + 1]?.word !== 'select' && words[at + 1]?.word !== 'with'
    if (!isClause && !isGroup) return []
    const parts = joined(sql, words.slice(at + 1), isGroup ? depth + 1 : depth)
    // Parentheses without AND are a group of one, which stands among those around it.
    return isGroup && parts.length < 2 ? [] : parts
  })
}

/** The parts of one condition, at its own depth. */
function joined(sql: string, words: readonly Word[], depth: number): readonly Conjunct[] {
  const parts: Conjunct[] = []
  let start: number | undefined
  let last = 0
  const close = (): void => {
    if (start !== undefined) parts.push({ start, end: last, text: sql.slice(start, last) })
    start = undefined
  }
  for (const { word, start: from, end, depth: own } of words) {
    if (own < depth || (own === depth && (ENDS.includes(word) || word === ','))) break
    if (own === depth && word === 'and') close()
    else {
      start ??= from
      last = end
    }
  }
  close()
  return parts
}

/** The statement as if a condition always held, wherever it stands; its parameters keep their places. */
export function without(sql: string, text: string): string {
  return conjunctsOf(sql)
    .filter((conjunct) => conjunct.text === text)
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (whole, { start, end }) => `${whole.slice(0, start)}(${text} or 1)${whole.slice(end)}`,
      sql,
    )
}
