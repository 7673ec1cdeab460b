import { expect, test } from 'vitest'
import { parseSettings } from '../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../support/settings.ts'

function faultsOf(clients: unknown, env: Readonly<Record<string, unknown>> = {}): string {
  try {
    parseSettings({
      ...REQUIRED_ENV,
      USE_JWT: 'true',
      JWT_CLIENTS: typeof clients === 'string' ? clients : JSON.stringify(clients),
      ...env,
    })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

const SHOP = { shop: { aud: 'https://api.shop.example' } }

test('clients are read with what they say', () => {
  const clients = {
    ...SHOP,
    admin: { aud: ['a', 'b'], iss: 'us', sub: 'email', origins: ['https://admin.example'] },
    plain: {},
  }
  const settings = parseSettings({
    ...REQUIRED_ENV,
    USE_JWT: 'true',
    JWT_CLIENTS: JSON.stringify(clients),
  })
  expect(settings.JWT_CLIENTS).toEqual([
    { id: 'shop', aud: 'https://api.shop.example', origins: [] },
    { id: 'admin', ...clients.admin },
    { id: 'plain', origins: [] },
  ])
  expect(parseSettings({ ...REQUIRED_ENV, JWT_CLIENTS: '' }).JWT_CLIENTS).toEqual([])
})

test.each<readonly [string, unknown, Readonly<Record<string, string>>, string]>([
  ['a list', ['shop'], {}, 'must be an object of clients by client_id'],
  ['no JSON', '{shop', {}, 'JWT_CLIENTS'],
  ['an empty id', { '': {} }, {}, 'has a client_id that is empty'],
  ['a blank in an id', { 'a b': {} }, {}, 'of printable ASCII'],
  ['a text for an object', { shop: 'x' }, {}, 'must say of shop an object of aud, iss, sub'],
  ['a misspelt member', { shop: { audience: 'x' } }, {}, 'says audience of shop; known: aud'],
  ['a number as aud', { shop: { aud: 7 } }, {}, 'must give shop a text as aud'],
  ['a blank aud', { shop: { aud: '' } }, {}, 'must give shop a text as aud'],
  ['a number in aud', { shop: { aud: ['a', 7] } }, {}, 'must give shop a list of texts as aud'],
  ['an object as iss', { shop: { iss: {} } }, {}, 'must give shop a text as iss'],
  ['a text as origins', { shop: { origins: 'x' } }, {}, 'a list of texts as origins'],
  ['no JWTs', SHOP, { USE_JWT: 'false' }, 'JWT_CLIENTS needs USE_JWT'],
  ['a subject that names nobody', { shop: { sub: 'plan' } }, {}, 'can take sub of shop from pk'],
  [
    'a path in an origin',
    { shop: { origins: ['https://shop.example/'] } },
    {},
    'JWT_CLIENTS has "https://shop.example/" of shop: write https://shop.example',
  ],
  [
    'one origin of two',
    { a: { origins: ['https://a.example'] }, b: { origins: ['https://a.example'] } },
    {},
    'JWT_CLIENTS gives https://a.example to more than one client',
  ],
  ['a claim of its name', SHOP, { JWT_CLAIMS: '{"client_id": "pk"}' }, 'cannot say client_id'],
  [
    'a field of its name',
    SHOP,
    { USER_FIELDS: '{"client_id": {"type": "string", "jwt": true}}' },
    'cannot say client_id',
  ],
  ['the claim of the user', SHOP, { SIMPLE_JWT_USER_ID_CLAIM: 'client_id' }, 'cannot be client_id'],
])('%s is a fault that says what to write', (_what, clients, env, fault) => {
  expect(faultsOf(clients, env)).toContain(fault)
})

test('without clients the claim is free', () => {
  expect(faultsOf('', { JWT_CLAIMS: '{"client_id": "pk"}' })).toBe('')
})
