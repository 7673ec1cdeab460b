/** CSV as databases export it (RFC 4180 and its dialects), read as a stream. */
import { readBoolean, type SourceValue } from './values.ts'

/** One field as it is in the file. */
export type CsvField = { readonly text: string; readonly isQuoted: boolean }

/** What an unquoted `NULL` is: MySQL's clients write it for NULL, to PostgreSQL it is a text of four letters. */
export type NullWord = 'null' | 'text'

/**
 * Which database wrote the file, by its booleans: PostgreSQL's are `t` and `f`, MySQL's `1` and `0`. It decides
 * what an unquoted `NULL` means.
 */
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

/** No record is longer: a quote that nothing ends would take the rest of the file into memory. */
const RECORD_MAX_CHARACTERS = 16_777_216

/**
 * The records of a CSV file (RFC 4180), as PostgreSQL's `\copy … csv header` and MySQL's clients write
 * it, or a spreadsheet, which separates by semicolons where the comma is for decimals. Holds one record at a time.
 */
export async function* readCsvRecords(
  chunks: AsyncIterable<string>,
  maxCharacters = RECORD_MAX_CHARACTERS,
): AsyncGenerator<readonly CsvField[]> {
  const reader = new RecordReader()
  let length = 0
  for await (const chunk of chunks) {
    for (const character of chunk) {
      length += 1
      if (length > maxCharacters) throw new Error('holds a record that is too long')
      const record = reader.read(character)
      if (record === undefined) continue
      length = 0
      yield record
    }
  }
  const last = reader.end()
  if (last !== undefined) yield last
}

const SEPARATORS = [',', ';', '\t']

/** Reads records character by character. */
class RecordReader {
  #record: CsvField[] = []
  #field = ''
  #state: 'plain' | 'quoted' | 'closed' = 'plain'
  #wasQuoted = false
  /** The first one that the line of column names holds: no name has any of them in it. */
  #separator: string | undefined

  /** Returns the record that a character ends. */
  read(character: string): readonly CsvField[] | undefined {
    if (this.#state === 'quoted') {
      if (character === '"') this.#state = 'closed'
      else this.#field += character
    } else if (character === '"' && this.#state === 'closed') {
      this.#field += '"'
      this.#state = 'quoted'
    } else if (character === '"' && this.#field === '') {
      this.#state = 'quoted'
      this.#wasQuoted = true
    } else if (this.#separates(character)) {
      this.#endField()
    } else if (character === '\n') {
      return this.#endRecord()
    } else if (character !== '\r' && character !== '\ufeff') {
      this.#field += character
    }
    return undefined
  }

  /** Returns the last record, where no line break ends it. */
  end(): readonly CsvField[] | undefined {
    if (this.#state === 'quoted') throw new Error('ends inside a quoted field')
    const isEmpty = this.#field === '' && !this.#wasQuoted && this.#record.length === 0
    return isEmpty ? undefined : this.#endRecord()
  }

  #separates(character: string): boolean {
    if (this.#separator === undefined && SEPARATORS.includes(character)) this.#separator = character
    return character === this.#separator
  }

  #endRecord(): readonly CsvField[] {
    this.#endField()
    const record = this.#record
    this.#record = []
    return record
  }

  #endField(): void {
    this.#record.push({ text: this.#field, isQuoted: this.#wasQuoted })
    this.#field = ''
    this.#state = 'plain'
    this.#wasQuoted = false
  }
}
