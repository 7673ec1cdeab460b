/** Read where addresses are managed: no login needs it. */
export { verifyManagedAddress } from './address-change.ts'
