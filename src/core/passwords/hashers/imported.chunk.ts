/** Algorithms of hashes that come from other systems; the owner's next login replaces such a hash. */
export { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js'
export { hashSync } from 'bcryptjs'
export { matchesWrapped } from './wrapped.ts'
