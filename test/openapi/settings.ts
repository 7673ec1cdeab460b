import { mountedRoutes } from '../../src/surfaces/rest-auth/routes.ts'
import { describeApi } from '../../src/surfaces/rest-auth/openapi-document.ts'
import type { OpenApiDocument } from '../../src/surfaces/rest-auth/openapi.ts'
import { parseSettings } from '../../src/settings/parse.ts'

/** Deployments that differ in what their description has to say. */
export const DEPLOYMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  tokens: {},
  'accounts that look after themselves': {
    EMAIL_MANAGEMENT: 'true',
    TOKEN_PER_DEVICE: 'true',
    SESSION_DEVICES: 'true',
    REMEMBER_ME: 'true',
    ACCOUNT_DELETION: 'soft',
    DATA_EXPORT: 'true',
  },
  exact: { DJANGO_COMPATIBILITY: 'exact', URL_PREFIX: '/' },
  'JWT in headers': { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', JWT_AUTH_LEGACY_FIELDS: 'true' },
  'JWT in cookies, with providers': {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    JWT_AUTH_RETURN_EXPIRATION: 'true',
    OLD_PASSWORD_FIELD_ENABLED: 'true',
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    PUBLIC_URL: 'https://login.acme.test',
    SOCIALACCOUNT_PROVIDERS: {
      facebook: { APPS: [{ client_id: 'fb-client', secret: 'fb-secret', key: '' }] },
      twitter: { APPS: [{ client_id: 'tw-client', secret: 'tw-secret', key: '' }] },
    },
  },
}

/** The description of a deployment. */
export async function describeDeployment(
  env: Readonly<Record<string, unknown>>,
): Promise<OpenApiDocument> {
  const settings = parseSettings({
    SECRET_KEY: 'openapi-secret-key-0123456789abcdefghijklmnopqrstuvwxyz',
    TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
    ...env,
  })
  return describeApi(settings, await mountedRoutes(settings))
}
