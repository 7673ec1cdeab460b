#!/usr/bin/env node
// Runs before anything that an older Node cannot read.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `rest-auth-edge needs Node 22.12 or later, as wrangler does; this is ${process.version}.`,
  )
  process.exit(1)
}
await import('./main.js')
