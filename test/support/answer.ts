import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import type { Settings } from '../../src/settings/parse.ts'

/** Status and whole body of an answer; `undefined` where there is no body. */
export type Answer = { readonly status: number; readonly body: unknown }

/** Reads an answer for comparing it whole. */
export async function answerOf(response: Response | Promise<Response>): Promise<Answer> {
  const { status, body } = await (async () => {
    const whole = await response
    return { status: whole.status, body: await whole.text() }
  })()
  return { status, body: body === '' ? undefined : JSON.parse(body) }
}

/** One member of a body that is an object. */
export async function memberOf(
  response: Response | Promise<Response>,
  name: string,
): Promise<string> {
  const { body } = await answerOf(response)
  if (typeof body === 'object' && body !== null && name in body) {
    const value: unknown = Object.entries(body).find(([key]) => key === name)?.[1]
    if (typeof value === 'string') return value
  }
  throw new Error(`The body has no text ${name}: ${JSON.stringify(body)}`)
}

/** `Set-Cookie` lines of an answer without the values, by cookie. */
export function cookieAttributesOf(response: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const name = line.slice(0, line.indexOf('='))
      return [name, line.includes(';') ? line.slice(line.indexOf(';') + 2) : '']
    }),
  )
}

/** Values that an answer sets, by cookie; deleted ones are `""`, as Django writes them. */
export function cookieValuesOf(response: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const [pair = ''] = line.split(';')
      return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    }),
  )
}

/** A `Cookie` header of everything an answer sets. */
export function cookieHeaderOf(response: Response): string {
  return Object.entries(cookieValuesOf(response))
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

/** Claims of a JWT, unverified. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return decodeJwt(token)
}

/** Protected header of a JWT, unverified. */
export function headerOf(token: string): Readonly<Record<string, unknown>> {
  return { ...decodeProtectedHeader(token) }
}

/** Any claims, signed with the app's secret as the app does it. */
export function signTestToken(
  settings: Settings,
  claims: Readonly<Record<string, unknown>>,
  secret: string = settings.SECRET_KEY,
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret))
}
