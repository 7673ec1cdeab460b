/** Bundles the Worker into `.worker/`, where wrangler takes it from (`[build]` in wrangler.toml). */
import { fileURLToPath } from 'node:url'
import { bundleService } from './bundle-service.ts'

await bundleService('src/worker.ts', fileURLToPath(new URL('../../.worker', import.meta.url)))
