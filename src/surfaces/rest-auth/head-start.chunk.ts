/** What gives an isolate's first login a head start. Read before what serves it, so it holds as little as can be. */
export { beginLogin } from './head-start.ts'
