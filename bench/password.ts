/** PBKDF2 in Django's notation, for subjects that bring no hasher of their own. */

/** Cheap, so that what is measured is everything but the hash; the same for every subject. */
export const ITERATIONS = 1_000

/** `pbkdf2_sha256$1000$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
  return `pbkdf2_sha256$${ITERATIONS}$${salt}$${await derive(password, salt, ITERATIONS)}`
}

/** Whether a password belongs to such a hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, iterations, salt = '', hash] = stored.split('$')
  return (await derive(password, salt, Number(iterations))) === hash
}

/** What a login hashes by default: six calls of a hundred thousand iterations. */
const DEPLOYED = { calls: 6, iterations: 100_000 } as const

/** Hashes as a deployment does, and nothing else. */
export async function hashAsDeployed(): Promise<unknown> {
  for (let call = 0; call < DEPLOYED.calls; call += 1) {
    await derive('correct-horse-staple', 'a-salt-of-no-account', DEPLOYED.iterations)
  }
  return {}
}

async function derive(password: string, salt: string, iterations: number): Promise<string> {
  const text = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', text.encode(password), 'PBKDF2', false, [
    'deriveBits',
  ])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: text.encode(salt), iterations }
  const bits = await crypto.subtle.deriveBits(parameters, key, 256)
  return btoa(String.fromCharCode(...new Uint8Array(bits)))
}
