/** `npm run readme`: writes the tables of settings into `docs/`. */
import { writeFile } from 'node:fs/promises'
import { generatedPages } from './readme-tables.ts'

for (const [name, text] of Object.entries(generatedPages())) {
  await writeFile(new URL(`../../docs/${name}`, import.meta.url), text)
}
