/** Leaves parts of Resend's SDK out of bundles. */
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** How the SDK reads what renders mails that are written in React, if it is there. */
const READS_REACT = 'await import("@react-email/render")'

/**
 * Leaves out of the bundle what Resend's SDK brings for mails that arrive (a MIME parser) and for mails written in
 * React: we do neither, and it is two thirds of the SDK. What is left out is `undefined` where it is used.
 */
export const resendWithoutInbound: Plugin = {
  name: 'resend-without-inbound',
  setup: (build) => {
    build.onResolve({ filter: /^postal-mime$/ }, () => ({
      path: 'nothing',
      namespace: 'resend-left-out',
    }))
    build.onLoad({ filter: /./, namespace: 'resend-left-out' }, () => ({
      contents: 'export default undefined',
    }))
    build.onLoad({ filter: /\/resend\/dist\/index\.mjs$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { contents: source.replace(READS_REACT, '({})'), loader: 'js' }
    })
  },
}
