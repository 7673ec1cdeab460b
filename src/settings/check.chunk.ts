/** Read before the first request of an isolate is served, where it is needed. */
export { rareNames, settingFaults } from './check.ts'
