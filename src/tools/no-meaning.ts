/** `src/settings/meaning.ts` in a bundle. A call of an empty function, and the text with it, esbuild leaves out. */
export function meaning(): void {}
