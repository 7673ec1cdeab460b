/** Read while the first request of an isolate is under way. */
export { settingFaults } from './check.ts'
