import { expect, test } from 'vitest'
import { loadAdminAssets } from '../../../src/surfaces/admin/assets.ts'
import { buildAdminAssets } from '../../../src/surfaces/admin/assets.build.ts'
import { createTestApp } from '../../support/app.ts'

test('what is served is what is written: node src/surfaces/admin/assets.build.ts', async () => {
  const { version: _, ...served } = await loadAdminAssets()
  expect(served).toEqual(await buildAdminAssets())
})

test('is a frame without secrets that runs nothing but its own script', async () => {
  const app = await createTestApp({ env: { ADMIN_API: 'true', ADMIN_PAGE: 'true' } })
  for (const path of ['/admin/', '/admin']) {
    const response = await app.request(path, { headers: { 'Accept-Language': 'de' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    )
    const html = await response.text()
    expect(html).not.toMatch(/<script(?! type="(?:application\/json|module)")|\son\w+=|style="/)
    for (const [, source = ''] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const asset = await app.request(`https://auth.example.com${source}`)
      expect([source, asset.status]).toEqual([source, 200])
      expect(asset.headers.get('Cache-Control')).toContain('immutable')
    }
  }
})

test('does not exist unless it is asked for', async () => {
  const app = await createTestApp({ env: { ADMIN_API: 'true' } })
  expect((await app.request('/admin/')).status).toBe(404)
  expect((await app.request('/admin/script.js')).status).toBe(404)
})
