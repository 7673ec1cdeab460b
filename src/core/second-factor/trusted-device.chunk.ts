/** Read where a device is to be trusted, or says that it is. */
export { isTrustedDevice, makeTrustToken } from './trusted-device.ts'
