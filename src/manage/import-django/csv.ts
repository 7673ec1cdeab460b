import type { SourceValue } from './values.ts'

/**
 * The records of a CSV file (RFC 4180), as PostgreSQL's `\copy … csv header` and MySQL's clients write
 * it. An unquoted empty field, `\N` or `NULL` is NULL. Holds one record at a time.
 */
export async function* readCsvRecords(
  chunks: AsyncIterable<string>,
): AsyncGenerator<readonly SourceValue[]> {
  let record: SourceValue[] = []
  let field = ''
  let state: 'plain' | 'quoted' | 'closed' = 'plain'
  let wasQuoted = false
  const endField = (): void => {
    record.push(wasQuoted ? field : nullable(field))
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

function nullable(field: string): SourceValue {
  return field === '' || field === '\\N' || field === 'NULL' ? null : field
}
