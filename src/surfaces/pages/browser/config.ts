import type { PageConfig } from '../config.ts'

/** What the server told this page. */
export const config: PageConfig = readConfig()

function readConfig(): PageConfig {
  const text = document.getElementById('config')?.textContent ?? ''
  return JSON.parse(text) as PageConfig // written by `pageConfig` into the same page
}
