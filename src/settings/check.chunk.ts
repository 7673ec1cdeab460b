/** Read while the first request of an isolate is under way. */
export { rareNames, settingFaults } from './check.ts'
