/** `npm run build`: the deployable bundle in `dist/`, its sizes, and whether they are within the budget. */
import {
  buildBundle,
  bundleFaults,
  eagerGzipBytes,
  kibibytes,
  LOGIN_BUDGET_BYTES,
  loginGzipBytesOf,
  SCRIPT_BUDGET_BYTES,
  type BundleFile,
} from './bundle.ts'

const files = await buildBundle('dist')
print('read at a cold start', (file) => file.isEager)
print('read when first used', (file) => !file.isEager)
const faults = bundleFaults(files)
for (const fault of faults) console.error(fault)
if (faults.length === 0) {
  const cold = `${kibibytes(eagerGzipBytes(files))} gzip at a cold start`
  const login = `${kibibytes(loginGzipBytesOf(files))} more at a first login`
  console.log(`${cold}; the budget is ${kibibytes(SCRIPT_BUDGET_BYTES)}`)
  console.log(`${login}; the budget is ${kibibytes(LOGIN_BUDGET_BYTES)}`)
}
process.exitCode = faults.length === 0 ? 0 : 1

function print(title: string, isListed: (file: BundleFile) => boolean): void {
  const listed = files.filter(isListed)
  const width = Math.max(...listed.map(({ name }) => name.length))
  console.log(title)
  for (const { name, bytes, gzipBytes } of listed) {
    const sizes = [kibibytes(bytes.length), `${kibibytes(gzipBytes)} gzip`]
    console.log(`  dist/${name.padEnd(width)} ${sizes.map((size) => size.padStart(16)).join('')}`)
  }
  const total = (of: (file: BundleFile) => number): string =>
    kibibytes(listed.reduce((sum, file) => sum + of(file), 0))
  console.log(`  ${total((file) => file.bytes.length)}, ${total((file) => file.gzipBytes)} gzip`)
}
