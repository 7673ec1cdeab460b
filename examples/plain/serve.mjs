/**
 * Serves this folder as any static host would: `node examples/plain/serve.mjs [port]`. REST_AUTH_URL
 * takes the place of the service's address, for trying the site against another one.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const SERVICE = 'http://localhost:8787/dj-rest-auth/'

const port = Number(process.argv[2] ?? 3000)
const service = process.env.REST_AUTH_URL ?? SERVICE

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const path = normalize(pathname === '/' ? '/index.html' : pathname)
  const type = TYPES[extname(path)]
  const text = type && (await readFile(join(FOLDER, path), 'utf8').catch(() => undefined))
  if (text === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` })
  response.end(text.replace(SERVICE, service))
}).listen(port, () => {
  console.log(`http://localhost:${port}/ with the service at ${service}`)
})
