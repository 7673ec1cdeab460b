/** The deployment's configuration, which the server wrote into the page as JSON. */
import type { PageConfig } from '../config.ts'

/** The configuration of this page. */
export const config: PageConfig = readConfig()

function readConfig(): PageConfig {
  const text = document.getElementById('config')?.textContent ?? ''
  return JSON.parse(text) as PageConfig // written by `pageConfig` into the same page
}
