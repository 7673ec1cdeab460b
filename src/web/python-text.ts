/** Where Python's idea of text differs from JavaScript's, and clients can see it. */

/** `repr()` of a float: `1.0`, `1e+16`, `1e-05`, `inf`. */
export function floatLikePython(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e16) {
    const text = size >= 1e-6 ? String(value) : value.toFixed(20)
    return Number.isInteger(value) ? `${text}.0` : text
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const digits = exponent.slice(1).padStart(2, '0')
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${digits}`
}

/** Length in code points, as Python counts. */
export function lengthLikePython(text: string): number {
  let length = 0
  for (const _ of text) length += 1
  return length
}
