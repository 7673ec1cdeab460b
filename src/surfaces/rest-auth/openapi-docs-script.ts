/** The script of the API's page, as text: it is inlined with a nonce, so that the page loads nothing. */

/**
 * Sends the forms of the API's page and shows the answers. Credentials that an answer brings go into the
 * Authorization box, and nowhere else: they are gone with the page.
 */
export const DOCS_SCRIPT = `
'use strict'
const { csrfCookie, csrfHeader } = document.body.dataset
const authorization = document.querySelector('#authorization')

function cookieOf(name) {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(name + '='))
  return pair && pair.slice(name.length + 1)
}

function requestOf(form) {
  let path = form.dataset.path
  const values = {}
  for (const input of form.querySelectorAll('input')) {
    const { kind } = input.dataset
    if (kind === 'path') path = path.replace('{' + input.name + '}', encodeURIComponent(input.value))
    else if (kind === 'required' || input.value !== '') values[input.name] = input.value
  }
  const headers = {}
  if (authorization.value !== '') headers.Authorization = authorization.value
  const method = form.dataset.method
  const csrf = cookieOf(csrfCookie)
  if (method !== 'GET' && csrf !== undefined) headers[csrfHeader] = csrf
  if (form.dataset.body === undefined) return [path, { method, headers }]
  headers['Content-Type'] = 'application/json'
  return [path, { method, headers, body: JSON.stringify(values) }]
}

async function send(form) {
  const [path, init] = requestOf(form)
  const response = await fetch(path, init)
  const text = await response.text()
  let body
  try { body = JSON.parse(text) } catch { return response.status + ' ' + text }
  if (body && body.key) authorization.value = 'Token ' + body.key
  if (body && body.access) authorization.value = 'Bearer ' + body.access
  return response.status + '\\n' + JSON.stringify(body, null, 2)
}

for (const form of document.forms) {
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const output = form.querySelector('pre')
    output.textContent = '…'
    output.textContent = await send(form).catch((error) => 'No answer: ' + error.message)
  })
}
`
