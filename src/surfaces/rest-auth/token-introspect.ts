/** Token introspection for resource servers that cannot verify tokens themselves (RFC 7662). */
import { introspect } from '../../core/sign-in/introspect.ts'
import { authenticationClasses } from '../../web/authentication.ts'
import { requireClient } from '../../web/client-credentials.ts'
import { defineRoute } from './define-route.ts'
import { charField } from './fields.ts'
import { introspectionBody } from './introspection-body.ts'
import { detailResponse } from './schemas.ts'

/**
 * `token/introspect/`: whether a credential is active, and whose it is. The caller authenticates as a client with
 * HTTP Basic (`INTROSPECTION_CLIENTS`): without that, the endpoint would be an oracle for stolen tokens (RFC 7662
 * §4). 200 with `active: false` for anything that is not accepted here; 401 for an unknown client.
 */
export const tokenIntrospectRoute = defineRoute({
  name: 'Token Introspect',
  description:
    'Tells a backend of yours whether a token, key or session is good, and whose it is.\nThe caller shows one of INTROSPECTION_CLIENTS by HTTP Basic.',
  when: (settings) => Object.keys(settings.INTROSPECTION_CLIENTS).length > 0,
  access: 'anyone',
  authentication: 'none',
  isThrottled: false,
  methods: {
    POST: {
      summary: 'Ask about a token',
      input: () => ({ token: charField(), token_type_hint: charField({ required: false }) }),
      responses: () => ({
        200: {
          description: 'What is known of it; `{"active": false}` where it is not good.',
          schema: INTROSPECTION,
        },
        401: detailResponse('The client is unknown.'),
      }),
      shortcut: async ({ settings }, request) => {
        await requireClient(settings, request)
        return undefined
      },
      handle: async ({ deps }, { token }) => {
        const ways = authenticationClasses(deps.settings)
        return { body: introspectionBody(deps.settings, await introspect(deps, token, ways)) }
      },
    },
  },
})

const INTROSPECTION = {
  type: 'object',
  properties: {
    active: { type: 'boolean' },
    sub: { type: 'string' },
    username: { type: 'string' },
    email: { type: 'string' },
    token_type: { type: 'string', enum: ['Bearer', 'Token', 'Session'] },
    exp: { type: 'integer' },
    iat: { type: 'integer' },
  },
  required: ['active'],
} as const
