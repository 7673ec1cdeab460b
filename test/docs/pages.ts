import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A page for people. */
export type DocPage = {
  /** Path in the checkout, as `docs/guard.md`. */
  readonly path: string
  readonly text: string
}

/** Code on a page, in its language as the fence names it. */
export type Snippet = {
  readonly path: string
  readonly language: string
  readonly code: string
  /** What the reader has already, of a comment before it: `<!-- given: declare const auth: … -->`. */
  readonly given: string
}

/** README, `docs/` and what else is written for people. */
export function docPages(): readonly DocPage[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  const paths = ['README.md', 'SECURITY.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

const SNIPPET = /(?:^<!-- given: ((?:(?!-->)[^])*) -->\n+)?^( *)```(\w+)[^\n]*\n([^]*?)^\2```$/gm

/** Every fenced block. */
export function snippets(): readonly Snippet[] {
  return docPages().flatMap(({ path, text }) =>
    [...text.matchAll(SNIPPET)].map(([, given = '', indent = '', language = '', code = '']) => ({
      path,
      language,
      given,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    })),
  )
}

/** What stands outside of code. */
export function prose(text: string): string {
  return text.replaceAll(/^( *)```[^]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
}

/** Anchors of a page as GitHub makes them: of its headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const headings = text.replaceAll(/^( *)```[^]*?^\1```$/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)
  return new Set(
    [...headings].map(([, heading = '']) => {
      const slug = slugOf(heading)
      const times = seen.get(slug) ?? 0
      seen.set(slug, times + 1)
      return times === 0 ? slug : `${slug}-${times}`
    }),
  )
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')
}
