/** Read by a start whose settings cannot be read without the tables. */
export { readSettings } from './read.ts'
