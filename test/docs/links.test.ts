import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, docPages, prose, ROOT } from './pages.ts'

/** Where the links of a page lead: `[text](target)`, and pictures. */
function targetsOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = '']) => target)
}

/** Why a link is dead; `undefined` for a good one. */
function faultOf(from: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return URL.canParse(target) ? undefined : 'is no URL'
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : normalize(join(dirname(from), file))
  if (!existsSync(join(ROOT, path))) return 'does not exist'
  if (anchor === undefined) return undefined
  const anchors = anchorsOf(readFileSync(join(ROOT, path), 'utf8'))
  return anchors.has(anchor) ? undefined : 'has no such heading'
}

test('links are found at all', () => {
  expect(docPages().flatMap(({ text }) => targetsOf(text)).length).toBeGreaterThan(60)
})

test.each(docPages())('$path has no dead link', ({ path, text }) => {
  const dead = targetsOf(text).flatMap((target) => {
    const fault = faultOf(path, target)
    return fault === undefined ? [] : [`${target} ${fault}`]
  })
  expect(dead).toEqual([])
})

test('a dead link is found', () => {
  expect(faultOf('docs/guard.md', 'nowhere.md')).toBe('does not exist')
  expect(faultOf('docs/guard.md', 'deploy.md#nowhere')).toBe('has no such heading')
  expect(faultOf('docs/guard.md', '../README.md#license')).toBeUndefined()
})
