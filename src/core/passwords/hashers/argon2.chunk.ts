/** Read with the first Argon2 hash: they come from other systems only. */
export { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js'
