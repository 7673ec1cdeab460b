/** Loaded only for requests of the API's description. */
export { docsPage } from './openapi-docs.ts'
export { describeApi } from './openapi-document.ts'
