/** Whether someone is logged in, as far as this client knows. */
export type SessionState = 'logged_in' | 'logged_out'

/** Notifies listeners of a change, also in other tabs of the same origin. */
export type States = {
  readonly publish: (state: SessionState) => void
  /** Answers how to stop listening. */
  readonly subscribe: (listener: (state: SessionState) => void) => () => void
}

/** Tabs hear of each other by `BroadcastChannel`; without one, listeners here are still notified. */
export function createStates(name: string): States {
  const listeners = new Set<(state: SessionState) => void>()
  let channel: BroadcastChannel | undefined
  const notifyListeners = (state: SessionState): void => {
    for (const listener of listeners) listener(state)
  }
  return {
    publish: (state) => {
      notifyListeners(state)
      // A channel does not hear itself, so one that is only used to send is closed again at once.
      const speaking = channel ?? openChannel(name)
      speaking?.postMessage(state)
      if (channel === undefined) speaking?.close()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      channel ??= openChannel(name, notifyListeners)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        channel?.close()
        channel = undefined
      }
    },
  }
}

function openChannel(
  name: string,
  hear?: (state: SessionState) => void,
): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  const channel = new BroadcastChannel(name)
  if (hear !== undefined) {
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === 'logged_in' || data === 'logged_out') hear(data)
    })
  }
  return channel
}
