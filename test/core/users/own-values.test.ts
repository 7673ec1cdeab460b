import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readOwnBody } from '../../../src/surfaces/rest-auth/own-fields.ts'
import { parseJson } from '../../../src/web/json.ts'
import { inEnglish } from '../../support/english.ts'
import { settingsOf } from '../../support/settings.ts'

type Case = {
  readonly type: string
  readonly options: Readonly<Record<string, unknown>>
  readonly required: boolean
  readonly as: 'json' | 'form' | 'json_absent' | 'form_absent'
  readonly outcome: {
    readonly value?: unknown
    readonly errors?: readonly string[]
    readonly absent?: true
  }
}

const VECTORS = fileURLToPath(new URL('../../vectors/own-fields.json', import.meta.url))
const lines = readFileSync(VECTORS, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))

test('says the same of values as Django REST framework, in JSON and in forms', () => {
  expect(lines.length).toBeGreaterThan(1_500)
  const different = lines.flatMap((line) => {
    const text = line.replace(/,$/, '')
    const wanted: Case = JSON.parse(text)
    const { type, options, required, outcome } = wanted
    const settings = settingsOf({ USER_FIELDS: { field: { type, required, ...options } } })
    const whole = parseJson(text)
    const raw =
      typeof whole === 'object' && whole !== null && 'raw' in whole ? whole['raw'] : undefined
    const isForm = wanted.as.startsWith('form')
    const given = wanted.as.endsWith('absent') || raw === undefined ? {} : { field: raw }
    const body = { isForm, values: given }
    const read = readOwnBody(settings.USER_FIELDS, body, 'whole')
    const found =
      read.errors['field'] !== undefined
        ? { errors: inEnglish(read.errors['field']) }
        : 'field' in read.values
          ? { value: read.values['field'] }
          : { absent: true }
    const isSame = JSON.stringify(found) === JSON.stringify(outcome)
    return isSame ? [] : [`${text.slice(0, 200)} but: ${JSON.stringify(found).slice(0, 100)}`]
  })
  expect(different).toEqual([])
})
