/** Assets that are compressed beside the script, unpacked once. */
import { sha256Hex } from '../crypto.ts'
import { inflateText } from '../inflate.ts'

/** What is served to browsers, and a version that changes with it, so that they may keep it for ever. */
type Versioned<Assets> = Assets & { readonly version: string }

/** Reads assets that an `assets.build.ts` has packed beside the script, with their first use. */
export function packedAssets<Assets>(packed: ArrayBuffer): () => Promise<Versioned<Assets>> {
  let unpacked: Promise<Versioned<Assets>> | undefined
  return () => (unpacked ??= unpack(packed))
}

async function unpack<Assets>(packed: ArrayBuffer): Promise<Versioned<Assets>> {
  const text = await inflateText(packed)
  const assets = JSON.parse(text) as Assets // written by that script, and a test compares
  return { ...assets, version: (await sha256Hex(text)).slice(0, 10) }
}
