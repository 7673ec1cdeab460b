/** Read where JWTs are signed by an asymmetric key. */
export { keyPair, publicJwk } from './key-pair.ts'
