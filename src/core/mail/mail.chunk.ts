/** What mails are made and sent with: read after the answer that sends one. */
export { composeEmail } from './messages.ts'
