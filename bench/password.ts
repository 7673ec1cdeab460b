/** PBKDF2 in Django's notation, for subjects that bring no hasher of their own. */

/** Cheap, so that what is measured is everything but the hash; the same for every subject. */
export const ITERATIONS = 1_000

/** `pbkdf2_sha256$1000$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
  const cost = { calls: 1, iterations: ITERATIONS }
  return `pbkdf2_sha256$${ITERATIONS}$${salt}$${await derive(password, salt, cost)}`
}

/** Whether a password belongs to such a hash, or to one of several calls: `pbkdf2_sha256_chain$6x100000$salt$hash`. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, cost = '', salt = '', hash] = stored.split('$')
  const [iterations = 0, calls = 1] = cost.split('x').map(Number).toReversed()
  return (await derive(password, salt, { calls, iterations })) === hash
}

/** What a login hashes by default: six calls of a hundred thousand iterations. */
const DEPLOYED = { calls: 6, iterations: 100_000 } as const

/** Hashes as a deployment does, and nothing else. */
export async function hashAsDeployed(): Promise<unknown> {
  await derive('correct-horse-staple', 'a-salt-of-no-account', DEPLOYED)
  return {}
}

type Cost = { readonly calls: number; readonly iterations: number }

async function derive(
  password: string,
  salt: string,
  { calls, iterations }: Cost,
): Promise<string> {
  const text = new TextEncoder()
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: text.encode(salt), iterations }
  let bytes = text.encode(password)
  for (let call = 0; call < calls; call += 1) {
    const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits'])
    bytes = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256))
  }
  return btoa(String.fromCharCode(...bytes))
}
