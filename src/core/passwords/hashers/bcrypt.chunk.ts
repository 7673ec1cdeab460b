/** Read with the first bcrypt hash: they come from other systems only. */
export { hashSync } from 'bcryptjs'
