/** What mails are made and sent with: read after the answer that sends one. */
export { deliverInTurn } from './deliver.ts'
export { drainOutbox } from './drain.ts'
export { writeEmail } from './letter.ts'
export { chooseTransports } from './transports/choose.ts'
export { previewValues } from './preview.ts'
export { handlePostmarkEvent } from './postmark-events.ts'
export { handleProgramEvent, handleResendEvent } from './resend-events.ts'
export { handleSesEvent } from './ses-events.ts'
