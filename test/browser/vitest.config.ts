import { defineConfig } from 'vitest/config'

/** `npm run test:browser`: real Chromium against the built bundle. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: 'test/worker/build-bundle.ts',
    fileParallelism: false,
    silent: 'passed-only',
    testTimeout: 120_000,
    // Other checks run at the same time; Playwright waits as long for what it looks for.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
  },
})
