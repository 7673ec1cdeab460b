/**
 * A module that is read with its first use. What an `import()` of a module that is there already costs is more than a
 * request does with it. The module is kept, not the promise: no request may wait for what another one has begun.
 */
export function lazily<Module>(load: () => Promise<Module>): () => Module | Promise<Module> {
  let loaded: Module | undefined
  return () => loaded ?? load().then((module) => (loaded = module))
}
