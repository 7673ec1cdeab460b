/**
 * `npm run build:client`: the package `rest-auth-edge-client` in `dist/client/`, or in a directory that is given. It is
 * the client, the React components and the guard of `rest-auth-edge` without the service, for projects that only call it.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleParts, exportsOf, PARTS, printSizes, ROOT, sizeOf } from './exports.ts'
import { writeManifest, writeTypes } from './exports.ts'

const DIRECTORY = process.argv[2] ?? join(ROOT, 'dist/client')

const README = `# rest-auth-edge-client

The client, the React components and the guard of [rest-auth-edge](https://www.npmjs.com/package/rest-auth-edge), without the
service: for a site, an app or an API whose logins are served elsewhere.

\`\`\`sh
npm install rest-auth-edge@npm:rest-auth-edge-client
\`\`\`

installs it under the name that the documentation imports: \`rest-auth-edge/client\`, \`rest-auth-edge/react\`,
\`rest-auth-edge/guard\`.
`

rmSync(DIRECTORY, { recursive: true, force: true })
mkdirSync(DIRECTORY, { recursive: true })
await bundleParts(DIRECTORY)
writeTypes(DIRECTORY, Object.values(PARTS))
cpSync(join(ROOT, 'LICENSE'), join(DIRECTORY, 'LICENSE'))
writeFileSync(join(DIRECTORY, 'README.md'), README)
writeManifest(DIRECTORY, {
  name: 'rest-auth-edge-client',
  description: 'Logs people in at rest-auth-edge, and lets its users into your API.',
  sideEffects: false,
  exports: {
    ...exportsOf({ '.': PARTS['./client'], ...PARTS }, '.'),
    './package.json': './package.json',
  },
  engines: { node: '>=20' },
  peerDependencies: { react: '>=18' },
  peerDependenciesMeta: { react: { optional: true } },
})
console.log(`rest-auth-edge-client: ${sizeOf(DIRECTORY)}, no dependencies`)
await printSizes(DIRECTORY)
