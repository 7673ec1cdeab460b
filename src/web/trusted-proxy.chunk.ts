/** Read where a proxy is trusted, and for the log of a 429. */
export { clientBehindProxy, sharedAddressHint } from './trusted-proxy.ts'
