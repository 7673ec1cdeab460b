/** One call of the client: what is sent, and how its answer is read. */
import { UnexpectedBody } from './properties.ts'
import { failureOf, readAnswer, type Result } from './result.ts'
import { asClient, jsonRequest, type Session } from './session.ts'

/** Method and path under `URL_PREFIX`: `GET user/`. */
type Endpoint = `${'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'} ${string}`

/** Calls an endpoint, and reads what a good answer holds. */
export type Call = <Value, Field extends string = never>(
  endpoint: Endpoint,
  body: unknown,
  read: (body: unknown) => Value,
) => Promise<Result<Value, Field>>

/** Makes calls to a service. `clientId`: what bodies name, where any of them may log in; others ignore it. */
export function caller(base: string, send: Session['send'], clientId?: string): Call {
  return async <Value, Field extends string = never>(
    endpoint: Endpoint,
    body: unknown,
    read: (body: unknown) => Value,
  ): Promise<Result<Value, Field>> => {
    const [method = '', path = ''] = endpoint.split(' ')
    try {
      const sent = body === undefined ? undefined : asClient(clientId, body)
      const answered = await readAnswer(await send(base + path, jsonRequest(method, sent)))
      const error = failureOf<Field>(answered)
      return error === undefined ? reading(answered.body, read) : { ok: false, error }
    } catch (cause) {
      return { ok: false, error: { kind: 'unreachable', cause } }
    }
  }
}

/** Reads the body of a good answer; one that is not this service's is a failure. */
export function reading<Value, Field extends string>(
  body: unknown,
  read: (body: unknown) => Value,
): Result<Value, Field> {
  try {
    return { ok: true, value: read(body) }
  } catch (error) {
    if (!(error instanceof UnexpectedBody)) throw error
    const message = 'The answer is not one of this service.'
    return { ok: false, error: { kind: 'broken', status: 200, message, retryAfterSeconds: 0 } }
  }
}
