import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SyntaxKind } from 'typescript/unstable/ast'
import { createScanner } from 'typescript/unstable/ast/scanner'

/** A regular expression as it stands in a source file. */
export type FoundRegExp = { readonly where: string; readonly regexp: RegExp }

/** Every regular expression literal of the TypeScript below a directory. */
export function regexpLiteralsBelow(directory: string): readonly FoundRegExp[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.m?ts$/.test(path) && !path.endsWith('.d.ts'))
    .sort()
    .flatMap((path) => regexpLiteralsOf(path, readFileSync(join(directory, path), 'utf8')))
}

/** What may stand before a division; behind anything else a slash begins a regular expression. */
const ENDS_A_VALUE: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
])

/** Every regular expression literal of one source text. */
function regexpLiteralsOf(path: string, text: string): readonly FoundRegExp[] {
  const scanner = createScanner(true)
  scanner.setText(text)
  const found: FoundRegExp[] = []
  /** Braces that are open within a template's `${`. */
  const templates: number[] = []
  let before = SyntaxKind.Unknown
  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFile; token = scanner.scan()) {
    if (token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken) {
      if (!ENDS_A_VALUE.has(before)) {
        token = scanner.reScanSlashToken()
        const line = text.slice(0, scanner.getTokenStart()).split('\n').length
        found.push({ where: `${path}:${line}`, regexp: regexpOf(scanner.getTokenText()) })
      }
    } else if (token === SyntaxKind.TemplateHead) templates.push(0)
    else if (token === SyntaxKind.OpenBraceToken && templates.length > 0) {
      templates.push((templates.pop() ?? 0) + 1)
    } else if (token === SyntaxKind.CloseBraceToken && templates.length > 0) {
      const open = templates.pop() ?? 0
      if (open > 0) templates.push(open - 1)
      else {
        token = scanner.reScanTemplateToken(false)
        if (token !== SyntaxKind.TemplateTail) templates.push(0)
      }
    }
    before = token
  }
  return found
}

function regexpOf(literal: string): RegExp {
  const end = literal.lastIndexOf('/')
  return new RegExp(literal.slice(1, end), literal.slice(end + 1))
}
