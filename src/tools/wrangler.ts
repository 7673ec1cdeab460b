import { fileURLToPath } from 'node:url'

/** The pinned wrangler. */
export const WRANGLER = fileURLToPath(new URL('../../node_modules/.bin/wrangler', import.meta.url))

/** Keeps wrangler from asking anything of the network that the command at hand does not need. */
export const WRANGLER_ENVIRONMENT = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  /** The banner is what looks for a newer version. */
  WRANGLER_HIDE_BANNER: 'true',
  /** `request.cf` is made up instead of asked for. */
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
} as const
