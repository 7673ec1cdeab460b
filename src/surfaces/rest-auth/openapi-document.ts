/**
 * The OpenAPI document of this deployment: the route table, with the texts and component schemas that belong to it.
 */
import { openApiDocument, type OpenApiDocument } from './openapi.ts'
import type { Route } from './define-route.ts'
import type { Settings } from '../../settings/parse.ts'
import { detailSchema, userSchemaOf } from './schemas.ts'

/** dj-rest-auth's version whose API this is. */
const API_VERSION = '7.1.1'

/**
 * The API under these settings, as `openapi.json` answers it: an endpoint that a setting turns off is not in it.
 */
export function describeApi(
  settings: Settings,
  routes: Readonly<Record<string, Route>>,
): OpenApiDocument {
  return openApiDocument({
    settings,
    routes,
    schemas: { User: userSchemaOf(settings), Detail: detailSchema },
    info: {
      title: 'rest-auth-edge',
      version: API_VERSION,
      description:
        'The API of dj-rest-auth. Every path works with and without its last slash; bodies are JSON, urlencoded or multipart; unknown fields are ignored.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
  })
}
