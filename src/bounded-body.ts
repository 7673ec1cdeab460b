/** Reading the bodies of other services, which may be of any length. */

/** The body as text (UTF-8), empty where there is none; `undefined` past the bound, with the rest cancelled. */
export async function readBounded(
  { body }: Response,
  maxBytes: number,
): Promise<string | undefined> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > maxBytes) {
      await reader.cancel()
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
