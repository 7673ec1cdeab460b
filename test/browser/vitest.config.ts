import { defineConfig } from 'vitest/config'

/** What Node alone loads, it loads as the operator's tools do. */
const MODULES = new URL('../../src/manage/register-wasm.mjs', import.meta.url).href

/** `npm run test:browser`: real Chromium against the built bundle. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: 'test/worker/build-bundle.ts',
    // One file after the other, in one process: what one has imported the next need not import again.
    fileParallelism: false,
    isolate: false,
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', MODULES],
    silent: 'passed-only',
    testTimeout: 120_000,
    // Other checks run at the same time; Playwright waits as long for what it looks for.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
  },
})
