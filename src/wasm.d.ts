declare module '*.wasm' {
  /** Compiled when the Worker starts: workerd forbids compiling WebAssembly at run time. */
  const module: WebAssembly.Module
  export default module
}

declare module '*.bin' {
  /** The bytes of the file, as a wrangler `Data` module. */
  const bytes: ArrayBuffer
  export default bytes
}
