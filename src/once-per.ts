/**
 * A function of an object that stays the same for an isolate, such as its settings or a Worker's `env`: called once for
 * each, and what it made goes with the object.
 */
export function oncePer<Key extends object, Value extends {}>(
  make: (key: Key) => Value,
): (key: Key) => Value {
  const made = new WeakMap<Key, Value>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}
