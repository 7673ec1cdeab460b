import { expect } from 'vitest'
import type { TestApp } from './app.ts'

/** Settings under which codes and links by mail log in. */
export const BY_MAIL = {
  ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
  ACCOUNT_LOGIN_BY_LINK_ENABLED: 'true',
}

/** Asks for a code; answers its handle. */
export async function requestCode(app: TestApp, email = 'alice@example.com'): Promise<string> {
  const response = await app.post('/login/code/request/', { email })
  expect(response.status).toBe(200)
  const body = (await response.json()) as { readonly handle: string }
  return body.handle
}

/** The code of the newest mail. */
export async function codeFromMail(app: TestApp): Promise<string> {
  await app.settle()
  const code = /^[A-Z2-9]{6}$/m.exec(app.mailbox.at(-1)?.text ?? '')?.[0]
  if (code === undefined) throw new Error('no code in the newest mail')
  return code
}

/** Sends a code. */
export function confirmCode(app: TestApp, handle: string, code: string): Promise<Response> {
  return app.post('/login/code/confirm/', { handle, code })
}

/** Asks for a link; answers the key of the newest mail. */
export async function keyFromMail(app: TestApp, email = 'alice@example.com'): Promise<string> {
  const response = await app.post('/login/link/request/', { email })
  expect(response.status).toBe(200)
  await app.settle()
  const key = /sign-in\/link\/#([\w-]+)$/m.exec(app.mailbox.at(-1)?.text ?? '')?.[1]
  if (key === undefined) throw new Error('no key in the newest mail')
  return key
}

/** Another code of the same form. */
export function otherThan(code: string): string {
  return code === 'BBBBBB' ? 'CCCCCC' : 'BBBBBB'
}
