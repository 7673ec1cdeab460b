import type { AdminConfig } from '../config.ts'

/** What the server told this page. */
export const config: AdminConfig = JSON.parse(
  document.getElementById('config')?.textContent ?? '{}',
) as AdminConfig // written by `adminConfig` into the same page

/** What the page says. */
export const { words } = config
