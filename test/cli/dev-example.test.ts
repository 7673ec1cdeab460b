import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readDevOptions } from '../../src/cli/dev/options.ts'
import { parseSettings } from '../../src/settings/parse.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test.each(['plain', 'react', 'nuxt'])('%s asks for settings that there are', (name) => {
  const pairs = readDevOptions(ROOT, ['--example', name]).variables.filter((one) => one !== '--var')
  const variables = pairs.map((pair) => {
    const colon = pair.indexOf(':')
    return [pair.slice(0, colon), pair.slice(colon + 1)] as const
  })
  const settings = parseSettings({
    SECRET_KEY: 'example-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
    ...Object.fromEntries(variables),
  })
  expect(settings.USE_JWT).toBe(true)
  expect(settings.CORS_ALLOWED_ORIGINS).toEqual(['http://localhost:3000'])
  expect(settings.HEADLESS_FRONTEND_URLS['account_confirm_email']).toMatch(
    /^http:\/\/localhost:3000\/verify.*\?key=\{key\}$/,
  )
})

test('without an example nothing is added, and a wrong name says which there are', () => {
  expect(readDevOptions(ROOT, [])).toEqual({ port: undefined, variables: [] })
  expect(readDevOptions(ROOT, ['--port', '8788']).port).toBe('8788')
  expect(() => readDevOptions(ROOT, ['--prot', '8788'])).toThrow('--prot')
  expect(() => readDevOptions(ROOT, ['--example', 'vue'])).toThrow(
    /There is no example vue; there are .*plain/,
  )
})
