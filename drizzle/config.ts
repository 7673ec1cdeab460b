import { defineConfig } from 'drizzle-kit'

/** `npm run migrations` reads the schema and writes the next migration beside this file. */
export default defineConfig({
  dialect: 'turso',
  schema: './src/db/schema/index.ts',
  out: './drizzle',
  casing: 'snake_case',
})
