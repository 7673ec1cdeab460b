/** The client's address, IPv6 by its /64: one subscriber has that many addresses. */
export function clientBlock(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const leftOut = Math.max(0, 8 - groupsOf(address).length)
  const block = groupsOf(address.replace('::', `:${'0:'.repeat(leftOut)}`))
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return `${block.join(':')}::/64`
}

/** What stands between the colons. */
function groupsOf(address: string): readonly string[] {
  return address.split(':').filter((group) => group !== '')
}
