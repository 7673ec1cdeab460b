/** The text of a `.bin` module: raw DEFLATE (RFC 1951) of UTF-8. */
export async function inflateText(compressed: ArrayBuffer): Promise<string> {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).text()
}
