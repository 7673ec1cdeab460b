/** Checks of `WEBHOOKS`. */
import { webhookKey } from '../webhook-signature.ts'
import { publicUrlFault } from './public-url.ts'
import { takesEvent, WEBHOOK_EVENTS } from './webhook-events.ts'
import type { Webhook } from './webhooks.ts'

const MAX_SECRETS = 4

/** What is wrong with `WEBHOOKS`, by the receiver's name and never with a value: values contain secrets. */
export function webhookFaults(settings: {
  readonly WEBHOOKS: readonly Webhook[]
}): readonly string[] {
  return settings.WEBHOOKS.flatMap((webhook) => {
    if (!/^[\w-]{1,40}$/.test(webhook.name)) {
      return ['WEBHOOKS has a name that is not of letters, digits, - and _']
    }
    return faultsOf(webhook).map((fault) => `WEBHOOKS of ${webhook.name}: ${fault}`)
  })
}

function faultsOf({ url, secrets, events }: Webhook): readonly string[] {
  const urlFault = publicUrlFault(url)
  const areSecrets = secrets.length > 0 && secrets.length <= MAX_SECRETS
  const isDeaf = (filter: string) => !WEBHOOK_EVENTS.some((event) => takesEvent(filter, event))
  return [
    ...(urlFault === undefined ? [] : [`url ${urlFault}`]),
    ...(areSecrets && secrets.every((secret) => webhookKey(secret) !== undefined)
      ? []
      : [
          'secrets must be a list of whsec_ and the base64 of 24 to 64 random bytes: echo whsec_$(openssl rand -base64 32)',
        ]),
    ...(events.length === 0 || events.some(isDeaf)
      ? [`events knows ${WEBHOOK_EVENTS.join(', ')}, and user.*`]
      : []),
  ]
}
