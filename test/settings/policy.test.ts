import { expect, test } from 'vitest'
import { compatibilitySettings } from '../../src/settings/compatibility.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../support/settings.ts'

function membersUnder(env: object): readonly (readonly [string, unknown])[] {
  const { policy } = parseSettings({ ...REQUIRED_ENV, ...env })
  return Object.entries(policy).flatMap(([subject, members]) =>
    Object.entries(members).map(([name, value]) => [`${subject}.${name}`, value] as const),
  )
}

const asDefault = membersUnder({})

test('every switch is a member of the policy', () => {
  expect(asDefault).toHaveLength(Object.keys(compatibilitySettings).length)
})

test.each(Object.entries(compatibilitySettings))(
  '%s turns one member',
  (name, { default: set }) => {
    const turned = membersUnder({ [name]: !set }).filter(
      ([member, value]) => new Map(asDefault).get(member) !== value,
    )
    expect(turned).toEqual([[expect.any(String), !set]])
  },
)
