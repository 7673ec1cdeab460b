/** The deployment's configuration and words, which the server wrote into the page as JSON. */
import type { AdminConfig } from '../config.ts'

/** The configuration. */
export const config: AdminConfig = JSON.parse(
  document.getElementById('config')?.textContent ?? '{}',
) as AdminConfig // written by `adminConfig` into the same page

/** What the page says. */
export const { words } = config
