/** Read by whoever reads the description of the API. */
export { docsPage } from './openapi-docs.ts'
export { describeApi } from './openapi-document.ts'
