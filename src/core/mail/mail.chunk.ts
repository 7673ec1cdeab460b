/** What mails are made and sent with: read after the answer that sends one. */
export { deliverInTurn } from './deliver.ts'
export { drainOutbox } from './drain.ts'
export { writeEmail } from './letter.ts'
export { chooseTransports } from './transports/choose.ts'
export { previewValues } from './preview.ts'
export { handleResendEvent } from './resend-events.ts'
