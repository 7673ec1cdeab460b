/**
 * An unquoted value of a part's header, as .NET and Ktor write it: `name=username` (RFC 2183 §2 allows it). What stands
 * in quotes is taken whole, and has no group.
 */
const UNQUOTED = /"[^"]*"?|;([ \t]*(?:file)?name)=([^\s";][^;"]*)/gi

/**
 * The bytes of a form whose parts have their names in quotes, which is what platforms read. Django reads both. Only the
 * headers of parts are looked at, never what is in them.
 */
export function withQuotedNames(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
): Uint8Array<ArrayBuffer> {
  const boundary = /boundary=(?:"([^"]+)"|([^\s";,]+))/i.exec(contentType)
  const delimiter = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`
  // A character for each byte, so that what is in the parts comes out as it went in.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const quoted = text.split(delimiter).map(quoteHeaders).join(delimiter)
  if (quoted === text) return bytes
  return Uint8Array.from(quoted, (character) => character.charCodeAt(0))
}

function quoteHeaders(part: string): string {
  const end = part.indexOf('\r\n\r\n')
  if (end < 0) return part
  const lines = part.slice(0, end).split('\r\n')
  const quoted = lines.map((line) =>
    /^content-disposition:/i.test(line)
      ? line.replace(UNQUOTED, (whole, name?: string, value?: string) =>
          name === undefined ? whole : `;${name}="${value?.trimEnd()}"`,
        )
      : line,
  )
  return quoted.join('\r\n') + part.slice(end)
}
