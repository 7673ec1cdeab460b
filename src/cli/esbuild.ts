import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { CommandError } from '../manage/command.ts'
import { findPackage } from './wrangler.ts'

/** As much of esbuild as is used here; the one that wrangler brings along. */
export type Esbuild = {
  readonly build: (options: Readonly<Record<string, unknown>>) => Promise<{
    readonly outputFiles?: readonly { readonly text: string }[]
  }>
}

/** A plugin of esbuild. */
export type EsbuildPlugin = {
  readonly name: string
  readonly setup: (build: {
    readonly onResolve: (
      options: { readonly filter: RegExp },
      callback: (args: { readonly path: string }) => object,
    ) => void
    readonly onLoad: (
      options: { readonly filter: RegExp; readonly namespace: string },
      callback: (args: { readonly path: string }) => object,
    ) => void
  }) => void
}

/**
 * Finds esbuild where wrangler finds it, so that a project installs none of its own.
 *
 * @throws CommandError where it is not installed
 */
export async function loadEsbuild(directory: string): Promise<Esbuild> {
  const wrangler = findPackage(directory, 'wrangler')
  if (wrangler === undefined) {
    throw new CommandError('wrangler is not installed here: npm install --save-dev wrangler')
  }
  const path = createRequire(`${wrangler}/package.json`).resolve('esbuild')
  const loaded: unknown = await import(pathToFileURL(path).href)
  if (!isEsbuild(loaded)) throw new CommandError(`esbuild is broken: ${path}`)
  return loaded
}

function isEsbuild(loaded: unknown): loaded is Esbuild {
  if (typeof loaded !== 'object' || loaded === null || !('build' in loaded)) return false
  return typeof loaded.build === 'function'
}
