import { readBoolean, type SourceValue } from './values.ts'

/** One field as it stands in the file. */
export type CsvField = { readonly text: string; readonly isQuoted: boolean }

/** What an unquoted `NULL` is: MySQL's clients write it for NULL, to PostgreSQL it is a text of four letters. */
export type NullWord = 'null' | 'text'

/** Tells by the booleans whose file it is: PostgreSQL's are `t` and `f`, MySQL's `1` and `0`. */
export function nullWordOf(record: readonly CsvField[]): NullWord {
  const words = record.map(({ text }) => text)
  return words.some((word) => !/^\d$/.test(word) && readBoolean(word) !== undefined)
    ? 'text'
    : 'null'
}

/** The value of a field: an unquoted empty one or `\N` is NULL everywhere. */
export function csvValue(field: CsvField | undefined, nullWord: NullWord): SourceValue {
  if (field === undefined) return null
  const { text, isQuoted } = field
  if (isQuoted) return text
  const isNull = text === '' || text === '\\N' || (text === 'NULL' && nullWord === 'null')
  return isNull ? null : text
}

/**
 * The records of a CSV file (RFC 4180), as PostgreSQL's `\copy … csv header` and MySQL's clients write
 * it. Holds one record at a time.
 */
export async function* readCsvRecords(
  chunks: AsyncIterable<string>,
): AsyncGenerator<readonly CsvField[]> {
  let record: CsvField[] = []
  let field = ''
  let state: 'plain' | 'quoted' | 'closed' = 'plain'
  let wasQuoted = false
  const endField = (): void => {
    record.push({ text: field, isQuoted: wasQuoted })
    field = ''
    state = 'plain'
    wasQuoted = false
  }
  for await (const chunk of chunks) {
    for (const character of chunk) {
      if (state === 'quoted') {
        if (character === '"') state = 'closed'
        else field += character
        continue
      }
      if (character === '"' && state === 'closed') {
        field += '"'
        state = 'quoted'
      } else if (character === '"' && field === '') {
        state = 'quoted'
        wasQuoted = true
      } else if (character === ',') {
        endField()
      } else if (character === '\n') {
        endField()
        yield record
        record = []
      } else if (character !== '\r' && character !== '\ufeff') {
        field += character
      }
    }
  }
  if (state === 'quoted') throw new Error('ends inside a quoted field')
  if (field !== '' || wasQuoted || record.length > 0) {
    endField()
    yield record
  }
}
