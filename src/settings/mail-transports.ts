/** Who can send mails. */
export const TRANSPORTS = ['resend', 'cloudflare', 'postmark', 'ses', 'http'] as const

/** One of them. */
export type TransportName = (typeof TRANSPORTS)[number]

/** What transports are made of. */
export type TransportSettings = {
  readonly MAIL_TRANSPORTS: readonly TransportName[]
  readonly RESEND_API_KEY: string | undefined
  readonly POSTMARK_SERVER_TOKEN: string | undefined
  readonly SES_REGION: string | undefined
  readonly SES_ACCESS_KEY_ID: string | undefined
  readonly SES_SECRET_ACCESS_KEY: string | undefined
  readonly MAIL_HOOK_URL: string | undefined
  readonly MAIL_HOOK_SECRETS: readonly string[]
}

/** The transports that are asked for, the first one first; Resend alone where there is only its key. */
export function wantedTransports(settings: TransportSettings): readonly TransportName[] {
  const { MAIL_TRANSPORTS, RESEND_API_KEY } = settings
  if (MAIL_TRANSPORTS.length > 0) return MAIL_TRANSPORTS
  return RESEND_API_KEY === undefined ? [] : ['resend']
}

/** What a transport lacks; `undefined`: nothing that a setting could say. */
export function missingForTransport(
  settings: TransportSettings,
  name: TransportName,
): string | undefined {
  return NEEDS[name].find((setting) => {
    const value = settings[setting]
    return value === undefined || value.length === 0
  })
}

const NEEDS: Readonly<Record<TransportName, readonly (keyof TransportSettings)[]>> = {
  resend: ['RESEND_API_KEY'],
  cloudflare: [],
  postmark: ['POSTMARK_SERVER_TOKEN'],
  ses: ['SES_REGION', 'SES_ACCESS_KEY_ID', 'SES_SECRET_ACCESS_KEY'],
  http: ['MAIL_HOOK_URL', 'MAIL_HOOK_SECRETS'],
}

/** The setting that mails wait for, whichever transport is asked for; `undefined`: some transport is complete. */
export function missingForMail(settings: TransportSettings): string | undefined {
  const wanted = wantedTransports(settings)
  const missing = wanted.map((name) => missingForTransport(settings, name))
  return missing.includes(undefined) ? undefined : (missing[0] ?? 'RESEND_API_KEY')
}
