/** Read with the first wrapped hash: they come from imports only, and end with their owner's next login. */
export { matchesWrapped } from './wrapped.ts'
