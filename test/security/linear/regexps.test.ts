import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { superLinearity } from './linear.ts'
import { regexpLiteralsBelow } from './regexp-literals.ts'

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))

describe('the judgement', () => {
  test.each([
    /^[ws]+|[ws]+$/g,
    /\s+$/,
    /\/+$/,
    /(a+)+b/,
    /(a*)*b/,
    /(?:a|a)*b/,
    /^(?:\w+\s?)*$/,
    /\.*x/,
    /^a*a*b/,
    /^\s*(\w*)\s*=/,
    /"(?:\\.|[^"])*"/,
    /(?:a*b|a)*/,
    /a(?:[^]*b)?/g,
    /^\n\s*\n/m,
    /[^]*?x$/,
    /(.*)@(.*)/,
    /^(?:[a-z]{1,40})*$/,
  ])('refuses %s', (regexp) => {
    expect(superLinearity(regexp)).toBeDefined()
  })

  test.each([
    /\s+/g,
    /^\s+/,
    /^(?:a|b)*$/,
    /[a-z]/,
    /^a{1,40}$/,
    /^(?:[a-z]+\.)+[a-z]+$/,
    /"(?:[^"\\]|\\.)*"/y,
    /^\d+$/,
    /x?y?z?/,
    /^(?:\.\w+)*$/,
    /[^a-z]+/,
    /a.b/,
  ])('passes %s', (regexp) => {
    expect(superLinearity(regexp)).toBeUndefined()
  })

  test.each([/(a)\1/, /a(?=.*b)/])('cannot tell of %s', (regexp) => {
    expect(() => superLinearity(regexp)).toThrow()
  })
})

describe('the source', () => {
  test('has no regular expression that takes more than linear time', () => {
    const found = regexpLiteralsBelow(SRC)
    expect(found.length).toBeGreaterThan(100)
    const slow = found.flatMap(({ where, regexp }) => {
      const reason = superLinearity(regexp)
      return reason === undefined ? [] : [`${where} ${String(regexp)}: ${reason}`]
    })
    expect(slow).toEqual([])
  })

  /** The operator's own pattern is no literal; what it is asked about is as long as an origin may be. */
  const OF_A_SETTING = 'web/cors.ts'
  /** One class of characters against one character; the pattern itself is matched by an automaton. */
  const OF_A_FIELD = 'settings/field-pattern.ts'
  /** Compiles the same pattern to see whether it can be read; nothing is ever matched against it there. */
  const JUDGED_ONLY = 'settings/words.ts'
  /** The operator's own pattern against two short origins of ours, once at the start. */
  const JUDGED_BY_TWO = 'settings/combinations.ts'

  test('builds regular expressions in few places, each linear', async () => {
    const builders = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .filter((path) => /\bRegExp\(/.test(readFileSync(join(SRC, path), 'utf8')))
    expect(builders.sort()).toEqual([
      'core/mail/messages.ts',
      'core/users/email-syntax.ts',
      JUDGED_BY_TWO,
      OF_A_FIELD,
      JUDGED_ONLY,
      OF_A_SETTING,
      'web/path-router.ts',
    ])
    const built = await regexpsBuiltBy(async () => {
      await import('../../../src/core/mail/messages.ts')
      await import('../../../src/core/users/email-syntax.ts')
      const { PathRouter } = await import('../../../src/web/path-router.ts')
      const router = new PathRouter()
      router.add('ALL', '/emails/:id{[0-9]+}/', 'a form of its own')
      router.add('ALL', '/confirm/:key/', 'any text')
      router.match('GET', '/confirm/x/')
    })
    expect(built.length).toBeGreaterThan(2)
    const slow = built.filter((regexp) => superLinearity(regexp) !== undefined)
    expect(slow).toEqual([])
  })
})

/** Every regular expression that is made from text while `work` is done. */
async function regexpsBuiltBy(work: () => Promise<void>): Promise<readonly RegExp[]> {
  const built: RegExp[] = []
  const { RegExp: original } = globalThis
  globalThis.RegExp = new Proxy(original, {
    construct: (target, [pattern, flags]: [string | RegExp, string | undefined]) => {
      const regexp = new target(pattern, flags)
      built.push(regexp)
      return regexp
    },
  })
  try {
    await work()
  } finally {
    globalThis.RegExp = original
  }
  return built
}
