/** Parts of signing in that most logins do without: mailed codes, trusted devices, lists of devices, hidden claims. */
export { makeTrustToken, readTrustToken } from '../second-factor/trusted-device.ts'
export { endDevice, endOtherDevices, listDevices, renameDevice } from './devices.ts'
export { isRightForClaim } from './hidden-claim.ts'
export { mailLoginStep } from './mailed-step.ts'
