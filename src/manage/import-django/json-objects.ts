/** JSON as a stream of objects: a fixture may be larger than memory. */

/** No row is longer; the bound keeps a broken file from filling the memory. */
const OBJECT_MAX_CHARACTERS = 16_777_216

/**
 * The objects of a JSON array, or of JSON lines, one after another as text: brackets, commas and blanks
 * between them do not matter, so both formats are one. Holds one object at a time.
 */
export async function* readJsonObjects(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = ''
  let depth = 0
  let isInString = false
  let isEscaped = false
  for await (const chunk of chunks) {
    let start = depth > 0 ? 0 : -1
    for (let index = 0; index < chunk.length; index += 1) {
      const character = chunk[index]
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (character === '\\') isEscaped = true
        else if (character === '"') isInString = false
      } else if (character === '{') {
        if (depth === 0) start = index
        depth += 1
      } else if (character === '}') {
        depth -= 1
        if (depth < 0) throw new Error('is not JSON: a } without its {')
        if (depth === 0) {
          yield pending + chunk.slice(start, index + 1)
          pending = ''
          start = -1
        }
      } else if (depth > 0) {
        isInString = character === '"'
      } else if (!/[\s,[\]\ufeff]/.test(character ?? ' ')) {
        throw new Error(
          `is not a list of JSON objects: ${JSON.stringify(chunk.slice(index, index + 40))} stands between them`,
        )
      }
    }
    if (depth > 0) pending += chunk.slice(Math.max(0, start))
    if (pending.length > OBJECT_MAX_CHARACTERS)
      throw new Error('holds an object of more than 16 MiB')
  }
  if (depth > 0) throw new Error('ends in the middle of an object')
}
