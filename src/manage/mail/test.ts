/** Sends a test mail through the configured transport, and says what its provider answered. */
import { escapeHtml } from '../../html.ts'
import { hex } from '../../crypto.ts'
import { chooseTransports } from '../../core/mail/transports/choose.ts'
import { isEmail } from '../../core/users/email-syntax.ts'
import type { Deps } from '../../deps.ts'
import type { SendOutcome } from '../../email-message.ts'
import { missingMailLink } from '../../settings/mail-links.ts'
import { missingForMail, wantedTransports } from '../../settings/mail-transports.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { answer } from '../account.ts'
import { CommandError, EXIT, readOne, UsageError, type Command } from '../command.ts'
import { openCommandDeps } from '../environment.ts'
import { printable } from '../table.ts'

/** Sends one mail, and shows what the provider says. */
export const testCommand: Command = {
  usage: 'ADDRESS [OPTIONS]',
  summary: 'Sends a test mail by the transports of the settings and prints what the provider says.',
  options: {},
  run: async (args, io) => {
    const { values, argument: address } = readOne(args, 'Which ADDRESS?')
    if (!isEmail(address)) throw new UsageError(`${printable(address)} is no e-mail address.`)
    const { deps } = openCommandDeps(values, io)
    const { outcome, said } = await sendTest(deps, address)
    const isSent = outcome.kind === 'sent'
    const reason = isSent ? '' : outcome.reason
    const lines = [
      isSent ? `The provider has taken a mail to ${address}.` : `${WORDS[outcome.kind]} ${reason}`,
      ...said.map((one) => `${one.transport} answered ${one.status}: ${printable(one.body)}`),
    ]
    answer(
      { io, isJson: values.json },
      { address, outcome: outcome.kind, reason, answers: said },
      lines.join('\n'),
    )
    return isSent ? EXIT.done : EXIT.failed
  },
}

const WORDS = {
  refused: 'Refused because of the address:',
  held: 'Refused until you mend this:',
  busy: 'Too many requests; try again:',
  failed: 'No answer that says whether it was taken:',
} as const

/** What a provider answered, as it is: the operator's own mail, on the operator's own screen. */
type Said = { readonly transport: string; readonly status: number; readonly body: string }

/** As much as is shown of a provider's answer. */
const MAX_BODY = 1_000

function nothingSent({ DEV_MAILBOX, URL_PREFIX }: Deps['settings'], missing: string): string {
  const where = DEV_MAILBOX
    ? `DEV_MAILBOX keeps them, and ${URL_PREFIX}${PAGE_PATHS.devMailbox} of the service shows them`
    : 'mails wait in the outbox'
  return `${missing} is not set, so that nothing is sent: ${where}.`
}

/** Sends the mail through the transport itself, past the outbox, so that the answer can be shown. */
async function sendTest(
  deps: Deps,
  address: string,
): Promise<{ readonly outcome: SendOutcome; readonly said: readonly Said[] }> {
  const { settings } = deps
  const missing = missingForMail(settings)
  if (missing !== undefined) throw new CommandError(nothingSent(settings, missing))
  if (wantedTransports(settings).join() === 'cloudflare') {
    throw new CommandError(
      'Only the Worker has the binding EMAIL: a test cannot be sent from here.',
    )
  }
  const said: Said[] = []
  const recording: typeof fetch = async (input, init) => {
    const response = await deps.fetch(input, init)
    const { hostname } = new URL(input instanceof Request ? input.url : input)
    const body = (await response.clone().text()).slice(0, MAX_BODY)
    said.push({ transport: hostname, status: response.status, body })
    return response
  }
  const { send } = chooseTransports({
    settings,
    log: deps.log,
    fetch: recording,
    email: undefined,
    now: () => deps.now,
  })
  const text = `This is a test of ${settings.SITE_NAME}. If you can read it, mails arrive.\n`
  const outcome = await send({
    from: settings.DEFAULT_FROM_EMAIL,
    to: address,
    subject: `${settings.ACCOUNT_EMAIL_SUBJECT_PREFIX ?? `[${settings.SITE_NAME}] `}Test`,
    text: [text, missingMailLink(settings) ?? ''].join('\n').trimEnd(),
    html: `<p>${escapeHtml(text.trimEnd())}</p>`,
    idempotencyKey: `test-${hex(deps.randomBytes(16))}`,
  })
  return { outcome, said }
}
