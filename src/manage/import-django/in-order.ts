/** Pages on their way at once: while the database writes one, the next is read. */

/** How pages go through. */
export type Flow<Page, Sent> = {
  /** Pages under way at once. */
  readonly atOnce: number
  /** Values that no two pages under way may share: the earlier page must be there first. */
  readonly namesOf: (page: Page) => ReadonlySet<string>
  readonly send: (page: Page) => Promise<Sent>
  /** Waits for what was sent. */
  readonly wait: (sent: Promise<Sent>) => Promise<Sent>
  /** Called in the order of the pages. */
  readonly settle: (sent: Sent, page: Page) => void
}

/** Sends pages, so many at once, and settles them in order. */
export async function sendInOrder<Page, Sent>(
  pages: AsyncIterable<Page>,
  { atOnce, namesOf, send, wait, settle }: Flow<Page, Sent>,
): Promise<void> {
  const underWay: { readonly page: Page; readonly sent: Promise<Sent> }[] = []
  const settleFirst = async (): Promise<void> => {
    const first = underWay[0]
    if (first === undefined) return
    const sent = await wait(first.sent)
    underWay.shift()
    settle(sent, first.page)
  }
  try {
    for await (const page of pages) {
      const names = namesOf(page)
      while (underWay.some((one) => haveCommon(names, namesOf(one.page)))) await settleFirst()
      const sent = send(page)
      // A fault is met when its page's turn comes.
      sent.catch(() => undefined)
      underWay.push({ page, sent })
      while (underWay.length >= atOnce) await settleFirst()
    }
    while (underWay.length > 0) await settleFirst()
  } finally {
    // After a fault the rest ends by itself; nobody waits for its outcome.
    await Promise.allSettled(underWay.map(({ sent }) => sent))
  }
}

function haveCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of some) if (others.has(name)) return true
  return false
}
