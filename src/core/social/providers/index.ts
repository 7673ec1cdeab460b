/** The table of providers. Adding one is a file and a line here. */

// THE LIST: every social provider. A line here and a file beside it is all that a new one needs.
export { apple } from './apple.ts'
export { discord } from './discord.ts'
export { facebook } from './facebook.ts'
export { github } from './github.ts'
export { google } from './google.ts'
export { linkedin } from './linkedin.ts'
export { microsoft } from './microsoft.ts'
export { openidConnect } from './openid-connect.ts'
export { twitter } from './twitter.ts'
