import { once } from 'node:events'
import { createServer } from 'node:http'

/** As much of Cloudflare's API as `wrangler deploy` asks for. */
export type FakeCloudflare = {
  /** For wrangler: `CLOUDFLARE_API_BASE_URL` and who is calling. */
  readonly env: Readonly<Record<string, string>>
  /** What was asked of it, each with what `note` told at that moment. */
  asked: string[]
  /** Names of the Worker's secrets; those that are uploaded stand here, too. */
  secretNames: string[]
  /** Secrets by name, as they were uploaded. */
  readonly uploaded: Map<string, string>
  readonly stop: () => void
}

/** Starts it: there is no Worker yet. */
export async function startFakeCloudflare(
  note: () => Promise<string> = () => Promise.resolve(''),
): Promise<FakeCloudflare> {
  const server = createServer((request, response) => {
    const path = request.url?.replace(/^.*\/accounts\/acc\//, '').replace(/\?.*/, '')
    const call = `${request.method} ${path}`
    let body = ''
    request.setEncoding('latin1').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      void note().then((noted) => {
        cloudflare.asked.push(`${call}${noted}`)
        takeSecrets(cloudflare, body)
        const result = resultOf(cloudflare, call)
        response.writeHead(result === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
        const errors = result === undefined ? [{ code: 10090, message: 'not found' }] : []
        const success = result !== undefined
        response.end(JSON.stringify({ success, errors, messages: [], result }))
      })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : ''
  const cloudflare: FakeCloudflare = {
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'token',
      CLOUDFLARE_ACCOUNT_ID: 'acc',
    },
    asked: [],
    secretNames: [],
    uploaded: new Map(),
    stop: () => server.close(),
  }
  return cloudflare
}

type Binding = { readonly type: string; readonly name: string; readonly text: string }

/** Secrets that go up with the Worker are bindings of its metadata. */
function takeSecrets(cloudflare: FakeCloudflare, body: string): void {
  const [metadata] = /\{"main_module".*\}/.exec(body) ?? []
  if (metadata === undefined) return
  const { bindings }: { readonly bindings: readonly Binding[] } = JSON.parse(metadata)
  for (const { type, name, text } of bindings) {
    if (type !== 'secret_text') continue
    cloudflare.uploaded.set(name, text)
    if (!cloudflare.secretNames.includes(name)) cloudflare.secretNames.push(name)
  }
}

function resultOf({ secretNames }: FakeCloudflare, call: string): unknown {
  if (call.includes(' workers/services/')) return undefined
  if (call.endsWith('/secrets')) return secretNames.map((name) => ({ name, type: 'secret_text' }))
  if (call.endsWith('/deployments')) return { deployments: [] }
  if (call.includes(' workers/workers/')) {
    return { subdomain: { enabled: true, previews_enabled: false } }
  }
  if (call.endsWith('/subdomain')) return { subdomain: 'me', enabled: true }
  return { id: 'rest-auth-edge', startup_time_ms: 12 }
}
