import { expect } from 'vitest'
import type { PageConfig } from '../../../src/surfaces/pages/config.ts'

/** A page as a browser would get it. */
export type ReadPage = {
  readonly html: string
  /** What the script is told. */
  readonly config: PageConfig
  /** Names of the fields of a form, hidden ones among them, in order. */
  readonly fieldsOf: (form: string) => readonly string[]
}

/** Reads a page, and checks what every page promises. */
export async function readPage(response: Response): Promise<ReadPage> {
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  const html = await response.text()
  expect(html).toMatch(/^<!doctype html>\n<html lang="[a-z]{2}">/)
  const json = /<script type="application\/json" id="config">(.*?)<\/script>/s.exec(html)?.[1]
  return {
    html,
    config: JSON.parse(json ?? '{}') as PageConfig, // the page's own block
    fieldsOf: (form) => {
      const markup = new RegExp(`<form id="${form}".*?</form>`, 's').exec(html)?.[0] ?? ''
      return [...markup.matchAll(/<input[^>]* name="([^"]+)"/g)].map((match) => match[1] ?? '')
    },
  }
}
