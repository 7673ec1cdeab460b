/** How an operator is told that settings are wrong. */

/** A deployment's settings are wrong; the message names every fault, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** The one message about faults: what is wrong, and where it is set. */
export function wrongSettings(faults: readonly string[]): SettingsError {
  const lines = faults.map((fault) => `- ${fault}`)
  return new SettingsError(['Settings are wrong:', ...lines, WHERE].join('\n'))
}

const WHERE =
  'Set them in wrangler.toml under [vars]; secrets with `npx wrangler secret put NAME`; on your machine, secrets in .dev.vars.'
