/** Read where every kind of login is listed: no login needs it. */
export { endDevice, endOtherDevices, listDevices, renameDevice } from './devices.ts'
