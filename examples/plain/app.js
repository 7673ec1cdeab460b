/** Where the service is: the only thing to change when this site goes live. */
const SERVICE = 'http://localhost:8787/dj-rest-auth/'

/** Sends a request with the cookies of the service; JSON in, status and JSON out. */
async function send(method, path, values) {
  const response = await fetch(SERVICE + path, {
    method,
    credentials: 'include',
    headers: values === undefined ? {} : { 'Content-Type': 'application/json' },
    body: values === undefined ? undefined : JSON.stringify(values),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

/** The same for somebody who is logged in: an access cookie that is too old is renewed once. */
async function sendAuthenticated(method, path, values) {
  const answer = await send(method, path, values)
  if (answer.status !== 401) return answer
  const renewed = await send('POST', 'token/refresh/', {})
  return renewed.status === 200 ? send(method, path, values) : answer
}

/** Puts messages beside their fields, and those about the whole under the form. */
function showMessages(form, body) {
  for (const place of form.querySelectorAll('[data-messages]')) place.textContent = ''
  const rest = []
  for (const [name, messages] of Object.entries(body)) {
    const place = form.querySelector(`[data-messages="${name}"]`)
    const text = [messages].flat().join(' ')
    // A used link is a fault of `uid`, `token` or `key`, which no input of the page has.
    const isGeneral = name === 'detail' || name === 'non_field_errors'
    if (place === null) rest.push(isGeneral ? text : `${name}: ${text}`)
    else place.textContent = text
  }
  form.querySelector('[role="alert"]').textContent = rest.join(' ')
}

/** Steps that a login may ask for: where the code goes, and what goes along with it. */
const STEPS = {
  mfa_required: { endpoint: 'mfa/verify/', token: 'ephemeral_token' },
  code_required: { endpoint: 'login/code/confirm/', token: 'handle' },
}

/** Shows the form of the next step, where a login asks for one: no cookie is set before. */
function goOn(form, body) {
  const name = Object.keys(STEPS).find((one) => body[one] === true)
  const next = document.querySelector('form[data-step]')
  if (name === undefined || next === null) return false
  const { endpoint, token } = STEPS[name]
  next.dataset.endpoint = endpoint
  const hidden = next.querySelector('input[type="hidden"]')
  hidden.name = token
  hidden.value = body[token]
  form.hidden = true
  next.hidden = false
  next.elements.code.value = ''
  next.elements.code.focus()
  return true
}

/**
 * A form names its endpoint; its inputs have the names that the endpoint asks for, and what the link of a
 * mail carries goes along. When it went well: `data-next` is where to go, `data-done` what to say.
 */
function wire(form) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const values = {
      ...Object.fromEntries(new URLSearchParams(location.search)),
      ...Object.fromEntries(new FormData(form)),
    }
    try {
      const { status, body } = await send('POST', form.dataset.endpoint, values)
      if (status < 300 && goOn(form, body)) return
      if (status < 300 && form.dataset.next !== undefined) location.assign(form.dataset.next)
      else
        showMessages(form, status < 300 && form.dataset.done ? { detail: form.dataset.done } : body)
    } catch {
      showMessages(form, { detail: 'The service does not answer. Try again in a moment.' })
    }
  })
}

/** The page that shows who is logged in. */
async function showAccount(account) {
  const { status, body } = await sendAuthenticated('GET', 'user/')
  if (status === 401) {
    location.assign('login.html')
    return
  }
  account.querySelector('[data-username]').textContent = body.username
  account.hidden = false
  account.querySelector('button').addEventListener('click', async () => {
    await sendAuthenticated('POST', 'logout/', {})
    location.assign('login.html')
  })
}

/** What the page before has done. */
const DONE = {
  verified: 'Your address is verified. Sign in.',
  reset: 'Your new password is set. Sign in with it.',
}
for (const place of document.querySelectorAll('p[data-done]')) {
  place.textContent = DONE[new URLSearchParams(location.search).get('done')] ?? ''
}
document.querySelectorAll('form').forEach(wire)
document.querySelectorAll('[data-account]').forEach(showAccount)
