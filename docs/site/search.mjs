/** The search: every word must stand in a section; those that have it in their title come first. */
const input = document.querySelector('input[type=search]')
const found = document.querySelector('#found')
const MAX_FOUND = 12
let sections

async function load() {
  sections ??= fetch('search.json').then((answer) => answer.json())
  return sections
}

function rank({ title, text }, words) {
  const [heading, body] = [title.toLowerCase(), text.toLowerCase()]
  let score = 0
  for (const word of words) {
    if (heading.includes(word)) score += 10
    else if (body.includes(word)) score += 1
    else return 0
  }
  return score
}

async function search() {
  const words = input.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const all = words.length === 0 ? [] : await load()
  const hits = all
    .map((section) => ({ section, score: rank(section, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MAX_FOUND)
  found.replaceChildren(...hits.map(({ section }) => itemOf(section, words[0])))
  found.hidden = words.length === 0
}

function itemOf({ page, anchor, title, text }, word) {
  const link = document.createElement('a')
  link.href = `${page}#${anchor}`
  link.textContent = title
  const start = Math.max(0, text.toLowerCase().indexOf(word) - 40)
  const excerpt = document.createElement('small')
  excerpt.textContent = text.slice(start, start + 120)
  const item = document.createElement('li')
  item.append(link, excerpt)
  return item
}

input.addEventListener('focus', () => void load())
input.addEventListener('input', () => void search())
input.form.addEventListener('submit', (event) => {
  event.preventDefault()
  found.querySelector('a')?.click()
})
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== input) {
    event.preventDefault()
    input.focus()
  }
  if (event.key === 'Escape') found.hidden = true
})
