/** Generates the secrets and signing keys that a deployment needs. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { parseArgs } from 'node:util'
import { commonOptions, EXIT, UsageError, type Command, type ExitCode, type Io } from './command.ts'

/** Makes a key pair that signs JWTs. */
export const keysCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Makes a key pair for SIMPLE_JWT_ALGORITHM, and says how to put it in the place of another without logging anybody out.',
  options: { '--algorithm NAME': 'ES256 (the default), ES384, EdDSA or RS256' },
  run: makeKeys,
}

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

const PAIRS: Readonly<Record<string, () => Pair>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

/** What is printed is a secret: it goes to the standard output alone, for a file or a pipe. */
function makeKeys(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...commonOptions, algorithm: { type: 'string', default: 'ES256' } },
  })
  const { algorithm } = values
  const make = Object.hasOwn(PAIRS, algorithm) ? PAIRS[algorithm] : undefined
  if (make === undefined) {
    throw new UsageError(`There are keys for ${Object.keys(PAIRS).join(', ')}, not ${algorithm}.`)
  }
  const pair = make()
  const own = {
    SIMPLE_JWT_ALGORITHM: algorithm,
    SIMPLE_JWT_SIGNING_KEY: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    SIMPLE_JWT_VERIFYING_KEY: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
  const lines = Object.entries(own).map(
    ([name, value]) => `${name}="${value.trim().replaceAll('\n', '\\n')}"\n`,
  )
  io.out(values.json ? `${JSON.stringify(own)}\n` : lines.join(''))
  if (!values.json) io.say(HOW)
  return Promise.resolve(EXIT.done)
}

const HOW = `
New project: put the first line into wrangler.toml under [vars], the second into a secret
(npx wrangler secret put SIMPLE_JWT_SIGNING_KEY) and, on your machine, into .dev.vars.

In the place of another key of the same algorithm, without logging anybody out:
1. Add the new SIMPLE_JWT_VERIFYING_KEY to SIMPLE_JWT_VERIFYING_KEY_FALLBACKS and deploy. Wait an hour: whoever
   verifies tokens has then read it.
2. Set the new SIMPLE_JWT_SIGNING_KEY, and put the old public key into SIMPLE_JWT_VERIFYING_KEY_FALLBACKS instead.
3. When SIMPLE_JWT_REFRESH_TOKEN_LIFETIME is over, take the old public key out.
`
