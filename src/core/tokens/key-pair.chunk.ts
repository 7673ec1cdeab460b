/** Read where tokens are signed by a key pair. */
export { keyPair, publicJwk } from './key-pair.ts'
