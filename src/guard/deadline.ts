/**
 * The result of a promise, or a rejection after the deadline. The wait is this request's own: in a Worker,
 * work that another request began may be cancelled with it and then never ends.
 */
export async function withDeadline<Value>(
  work: PromiseLike<Value> | Value,
  timeoutMs: number,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The service does not answer in time.'))
    }, timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
