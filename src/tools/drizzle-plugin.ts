/** Leaves parts of Drizzle out of bundles. */
import type { Plugin } from 'esbuild'

/** Drizzle's modules that no statement of ours reaches, and what stands for their exports. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  // Relational queries (`db.query`), which a database has that is made with a schema; ours is made without.
  '/relations.js': [
    ...['Many', 'One', 'Relation', 'Relations'].map((name) => `export class ${name} {}`),
    ...[
      'createMany',
      'createOne',
      'createTableRelationsHelpers',
      'extractTablesRelationalConfig',
      'getOperators',
      'getOrderByOperators',
      'mapRelationalRow',
      'normalizeRelation',
      'relations',
    ].map((name) => `export const ${name} = undefined`),
  ].join('\n'),
  '/query-builders/query.js': 'export class RelationalQueryBuilder {}',
  // Enumerations of PostgreSQL, which bring its columns and tables along.
  '/pg-core/columns/enum.js': 'export const isPgEnum = () => false',
}

/** A tenth of Drizzle, as far as it is bundled, would be read with every isolate's first login for nothing. */
export const drizzleWithoutRelations: Plugin = {
  name: 'drizzle-without-relations',
  setup: (build) => {
    build.onLoad({ filter: /\/(?:relations|query|enum)\.js$/ }, ({ path }) => {
      if (!path.includes('/drizzle-orm/')) return undefined
      const found = Object.entries(LEFT_OUT).find(([end]) => path.endsWith(end))
      return found === undefined ? undefined : { contents: found[1] }
    })
  },
}
