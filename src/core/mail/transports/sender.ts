/** The sender's name and address in the formats that transports require. */
import { asciiEmail } from '../../users/email.ts'

/** `Name <address>`, or an address alone, with its domain in Punycode. */
export function asciiSender(from: string): string {
  const { name, address } = senderOf(from)
  return name === '' ? address : `${name} <${address}>`
}

/** A sender's name, perhaps empty, and address. */
export function senderOf(from: string): { readonly name: string; readonly address: string } {
  const [, name = '', address = from] = /^([^<>]*)<([^<>]+)>\s*$/.exec(from) ?? []
  return { name: name.trim(), address: asciiEmail(address.trim()) }
}
