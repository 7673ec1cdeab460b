/**
 * `npm run build --prefix docs/site`: README, CHANGELOG, SECURITY and docs/*.md as a site in `dist/docs/`, with a search, and
 * `llms.txt`. Fails where a link leads nowhere.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Marked } from 'marked'

const SITE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(SITE, '../..')
const OUT = join(ROOT, 'dist/docs')

/** The pages of the menu by what somebody wants; a page that is not named here stands under `More`. */
const MENU = {
  Start: ['README', 'docs/package', 'docs/add-to-a-worker', 'docs/add-login', 'docs/deploy'],
  'Your frontend': [
    'docs/clients',
    'docs/react',
    'docs/expo',
    'docs/pages-and-mails',
    'docs/social',
  ],
  'Your API': ['docs/guard'],
  'Logging in': [
    'docs/passwordless',
    'docs/second-factors',
    'docs/sessions',
    'docs/addresses',
    'docs/breached-passwords',
  ],
  'Moving from Django': ['docs/moving-from-django', 'docs/differences'],
  'Running it': [
    'docs/settings',
    'docs/mail',
    'docs/troubleshooting',
    'docs/security',
    'docs/scale',
  ],
  More: ['docs/compare', 'docs/architecture', 'CONTRIBUTING', 'CHANGELOG', 'SECURITY'],
}

const sources = ['', 'docs/'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name.slice(0, -3)),
)
const pages = sources.map(readPage)
const menu = Object.entries(MENU).map(([group, names]) => ({
  group,
  own: names.flatMap((name) => pages.filter((page) => page.source === name)),
}))
const named = new Set(Object.values(MENU).flat())
menu.at(-1).own.push(...pages.filter(({ source }) => !named.has(source)))

rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT, { recursive: true })
for (const page of pages) writeFileSync(join(OUT, page.file), layout(page))
for (const name of ['style.css', 'search.mjs']) cpSync(join(SITE, name), join(OUT, name))
cpSync(join(ROOT, 'docs/pictures'), join(OUT, 'pictures'), { recursive: true })
const recipes = readdirSync(join(ROOT, 'docs')).filter((name) => /\.(?:py|go|yml)$/.test(name))
for (const name of recipes) cpSync(join(ROOT, 'docs', name), join(OUT, name))
writeFileSync(join(OUT, 'search.json'), JSON.stringify(pages.flatMap(({ sections }) => sections)))
writeFileSync(join(OUT, 'llms.txt'), llmsText())
checkLinks()
console.log(
  `dist/docs: ${pages.length} pages, ${pages.flatMap((page) => page.sections).length} sections`,
)

/** A page: its Markdown as HTML, its title, and what the search knows of each section. */
function readPage(source) {
  const text = readFileSync(join(ROOT, `${source}.md`), 'utf8')
  const file = fileOf(source)
  const slugs = new Map()
  const sections = []
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: heading }) {
        const slug = uniqueSlug(slugs, plain(heading))
        sections.push({ page: file, anchor: slug, title: plain(heading), text: '' })
        return `<h${depth} id="${slug}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      paragraph({ tokens, text: paragraph }) {
        const section = sections.at(-1)
        if (section !== undefined) section.first ??= plain(paragraph)
        if (section !== undefined) section.text += `${plain(paragraph)} `
        return `<p>${this.parser.parseInline(tokens)}</p>\n`
      },
      link({ href, tokens }) {
        return `<a href="${escape(targetOf(source, href))}">${this.parser.parseInline(tokens)}</a>`
      },
      image({ href, text: alternative }) {
        return `<img src="${escape(targetOf(source, href))}" alt="${escape(alternative)}">`
      },
      code({ text: code, lang }) {
        const section = sections.at(-1)
        if (section !== undefined) section.text += `${code} `
        return `<pre tabindex="0"><code class="${escape(lang ?? '')}">${escape(code)}</code></pre>\n`
      },
      table(token) {
        const cells = [...token.header, ...token.rows.flat()].map((cell) => plain(cell.text))
        const section = sections.at(-1)
        if (section !== undefined) section.text += `${cells.join(' ')} `
        const row = (tag, one) =>
          `<tr>${one.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        const body = token.rows.map((one) => row('td', one)).join('')
        return `<div class="table" tabindex="0"><table><thead>${row('th', token.header)}</thead><tbody>${body}</tbody></table></div>\n`
      },
    },
  })
  const html = marked.parse(text)
  return { source, file, html, sections, title: sections[0]?.title ?? source, text }
}

function fileOf(source) {
  return source === 'README' ? 'index.html' : `${source.replace('docs/', '').toLowerCase()}.html`
}

/** Where a link of a Markdown file leads on the site. */
function targetOf(source, href) {
  if (/^[a-z]+:|^#/.test(href)) return href
  const [path, anchor] = href.split('#')
  const target = normalize(join(dirname(source), path))
  const hash = anchor === undefined ? '' : `#${anchor}`
  return target.endsWith('.md') ? fileOf(target.slice(0, -3)) + hash : target.replace(/^docs\//, '')
}

/** As GitHub makes them, so that links in the Markdown hold in both places. */
function uniqueSlug(slugs, heading) {
  const slug = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')
  const times = slugs.get(slug) ?? 0
  slugs.set(slug, times + 1)
  return times === 0 ? slug : `${slug}-${times}`
}

function plain(markdown) {
  return markdown.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
}

function escape(text) {
  return text.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function layout({ file, title, html }) {
  const link = (page) =>
    `<li><a href="${page.file}"${page.file === file ? ' aria-current="page"' : ''}>${escape(page.title)}</a></li>`
  const groups = menu.map(({ group, own }) => `<h2>${group}</h2><ul>${own.map(link).join('')}</ul>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}${file === 'index.html' ? '' : ' – rest-auth-edge'}</title>
<link rel="stylesheet" href="style.css">
<script type="module" src="search.mjs"></script>
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header>
<a href="index.html">rest-auth-edge</a>
<form role="search"><input type="search" aria-label="Search" placeholder="Search" autocomplete="off"></form>
<ol id="found" hidden></ol>
</header>
<nav aria-label="Pages">${groups.join('')}</nav>
<main id="main">${html}</main>
</body>
</html>
`
}

/** https://llmstxt.org: what there is to read, one line a page. */
function llmsText() {
  const first = ({ sections }) =>
    (sections[0]?.first ?? '').replaceAll(/\s+/g, ' ').replace(/:$/, '.')
  const readme = pages.find(({ source }) => source === 'README')
  const groups = menu.map(({ group, own }) => {
    const lines = own.map((page) => `- [${page.title}](${page.file}): ${first(page)}`)
    return `## ${group}\n\n${lines.join('\n')}\n`
  })
  return `# ${readme.title}\n\n> ${first(readme)}\n\n${groups.join('\n')}`
}

function checkLinks() {
  const ids = new Map(
    pages.map(({ file, sections }) => [file, new Set(sections.map(({ anchor }) => anchor))]),
  )
  const files = new Set(
    readdirSync(OUT, { recursive: true }).map((name) => name.replaceAll('\\', '/')),
  )
  const dead = pages.flatMap(({ file, html }) =>
    [...html.matchAll(/(?:href|src)="([^"]+)"/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path, anchor] = target.split('#')
        const page = path === '' ? file : path
        return !files.has(page) || (anchor !== undefined && !ids.get(page)?.has(anchor))
      })
      .map((target) => `${file}: ${target}`),
  )
  if (dead.length === 0) return
  console.error(`These links lead nowhere:\n${dead.join('\n')}`)
  process.exitCode = 1
}
