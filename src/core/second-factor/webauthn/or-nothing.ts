/** What `work` answers; `undefined` where it throws, as libraries do for any invalid input, in words for developers. */
export async function orNothing<Result>(
  work: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
