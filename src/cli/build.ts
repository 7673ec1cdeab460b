/** `npm run build`: the deployable bundle in `dist/`, its sizes, and whether they are within the budget. */
import { buildBundle, bundleFaults, kibibytes, SCRIPT_BUDGET_BYTES } from './bundle.ts'

const files = await buildBundle('dist')
const width = Math.max(...files.map(({ name }) => name.length))
for (const { name, bytes, gzipBytes } of files) {
  const sizes = [kibibytes(bytes.length), `${kibibytes(gzipBytes)} gzip`]
  console.log(`dist/${name.padEnd(width)} ${sizes.map((size) => size.padStart(16)).join('')}`)
}
const faults = bundleFaults(files)
for (const fault of faults) console.error(fault)
if (faults.length === 0) console.log(`within the budget of ${kibibytes(SCRIPT_BUDGET_BYTES)} gzip`)
process.exitCode = faults.length === 0 ? 0 : 1
