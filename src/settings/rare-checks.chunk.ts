/** Read by a start whose settings have one of the lists. */
export { RARE_CHECKS } from './rare-checks.ts'
