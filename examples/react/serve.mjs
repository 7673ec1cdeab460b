/**
 * Builds and serves this folder: `npm run dev [port]`. A change is there at the next reload.
 * REST_AUTH_URL takes the place of the service's address; SOCIAL_PROVIDERS=github,google shows their buttons.
 */
import { fileURLToPath } from 'node:url'
import { context } from 'esbuild'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

const port = Number(process.argv[2] ?? 3000)
const service = process.env.REST_AUTH_URL ?? 'http://localhost:8787/dj-rest-auth/'

const building = await context({
  absWorkingDir: FOLDER,
  entryPoints: ['main.tsx'],
  outdir: FOLDER,
  write: false,
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  sourcemap: 'inline',
  define: {
    REST_AUTH_URL: JSON.stringify(service),
    SOCIAL_PROVIDERS: JSON.stringify(process.env.SOCIAL_PROVIDERS ?? ''),
  },
})
await building.serve({ servedir: FOLDER, port, fallback: `${FOLDER}index.html` })
console.log(`http://localhost:${port}/ with the service at ${service}`)
