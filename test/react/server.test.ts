import { createElement, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { createClient, type User } from '../../src/client/client.ts'
import { AuthProvider, SignedIn, SignedOut, useUser } from '../../src/react/react.ts'

/** What a server renders: nothing of the browser is there, and nothing is asked. */

const ADA: User = { pk: 7, username: 'ada', email: 'a@example.com', first_name: '', last_name: '' }

const client = createClient({
  url: 'https://auth.example.com/',
  mode: 'cookie',
  fetch: () => {
    throw new Error('A server that renders asks nobody.')
  },
})

function Name(): ReactNode {
  return useUser()?.username ?? 'nobody'
}

function page(initialUser?: User | null): string {
  const content = [
    createElement(SignedIn, { key: 'in' }, createElement(Name)),
    createElement(SignedOut, { key: 'out' }, 'Sign in'),
  ]
  const known = initialUser === undefined ? {} : { initialUser }
  return renderToString(createElement(AuthProvider, { client, ...known }, content))
}

test.each([
  ['an account that the server has read', ADA, 'ada'],
  ['nobody', null, 'Sign in'],
  ['nothing where it does not know', undefined, ''],
])('renders %s', (_, user, expected) => {
  expect(page(user)).toBe(expected)
})

test('says which component is missing', () => {
  expect(() => renderToString(createElement(Name))).toThrow(
    'useAuth needs an <AuthProvider> above it.',
  )
})
