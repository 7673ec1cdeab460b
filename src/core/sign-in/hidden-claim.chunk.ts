/** Read with the first login by an address that is refused, where it is hidden who exists. */
export { isRightForClaim } from './hidden-claim.ts'
