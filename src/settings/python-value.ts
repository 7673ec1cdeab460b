/**
 * JSON of a value as Django's settings spell it: tuples are lists, and so is a set that is the whole value; a `timedelta` is
 * its seconds. Short, for it is part of every start: what it does not know (a quote in a text or a remark, say) stays as
 * it is, and is no JSON.
 */
export function jsonOfPython(text: string): string {
  const isSet = text.startsWith('{') && !text.includes(':')
  const pieces = (isSet ? `[${text.slice(1, -1)}]` : text).split(/['"]/)
  // Every second piece is the inside of a text; r'…' keeps its backslashes.
  return pieces
    .map((piece, index) => {
      if (index % 2 === 0) return jsonOfCode(piece)
      return pieces[index - 1]?.endsWith('r') === true ? piece.replaceAll('\\', '\\\\') : piece
    })
    .join('"')
}

function jsonOfCode(code: string): string {
  return code
    .replace(
      /(?:(?:datetime|dt)\.)?timedelta\(([^()]*)\)/g,
      (_, given: string) => `${secondsOf(given)}`,
    )
    .replace(/#.*|r$|None|True|False/g, (word) =>
      word === 'None' ? 'null' : /^[TF]/.exec(word) ? word.toLowerCase() : '',
    )
    .replaceAll('(', '[')
    .replaceAll(')', ']')
    .replace(/,\s*([\]}])/g, '$1')
}

const UNITS: Readonly<Record<string, number>> = {
  days: 86_400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
}

function secondsOf(given: string): number {
  let seconds = 0
  for (const part of given.split(',')) {
    const [name = '', value] = part.split('=')
    seconds += Number(value) * (UNITS[name.trim()] ?? Number.NaN)
  }
  return seconds
}
