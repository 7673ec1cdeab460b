/** Apple's client secret: a short-lived JWT that the app signs with its own key. */
import { importPKCS8, SignJWT } from 'jose'
import type { ProviderRequest } from './provider.ts'

const CLIENT_SECRET_LIFETIME_SECONDS = 300

/** An ES256 JWT that lives for minutes ("Creating a client secret" in Apple's documentation). */
export async function appleClientSecret(
  { app, now }: ProviderRequest,
  signing: { readonly key: string; readonly audience: string },
): Promise<string> {
  const key = await importPKCS8(signing.key, 'ES256')
  const issuedAtSeconds = Math.floor(now.getTime() / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: app.secret })
    .setIssuer(app.key)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + CLIENT_SECRET_LIFETIME_SECONDS)
    .setAudience(signing.audience)
    .setSubject(app.clientIds[0] ?? '')
    .sign(key)
}
