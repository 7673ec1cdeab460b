import { expectTypeOf, test } from 'vitest'
import type { Settings } from '../../../src/settings/parse.ts'
import { defineRoute } from '../../../src/surfaces/rest-auth/define-route.ts'
import { charField, emailField } from '../../../src/surfaces/rest-auth/fields.ts'
import type { Caller, UserCaller } from '../../../src/web/authentication.ts'

const common = { summary: '', responses: () => ({}) }
const emailFields = () => ({ email: emailField(), name: charField({ required: false }) })

test('a handler knows the fields of its input, and no other', () => {
  defineRoute({
    name: '',
    access: 'anyone',
    isThrottled: false,
    methods: {
      GET: {
        ...common,
        handle: (_, values) => {
          expectTypeOf<keyof typeof values>().toBeNever()
          return {}
        },
      },
      POST: {
        ...common,
        input: emailFields,
        handle: (_, values) => {
          // `values.emial` and `values['emial']` do not compile: there is no such key, and no index.
          expectTypeOf<keyof typeof values>().toEqualTypeOf<'email' | 'name'>()
          expectTypeOf(values.email).toEqualTypeOf<string>()
          expectTypeOf(values.name).toEqualTypeOf<string | undefined>()
          return {}
        },
      },
      PATCH: {
        ...common,
        input: emailFields,
        handle: (_, values) => {
          expectTypeOf(values.email).toEqualTypeOf<string | undefined>()
          return {}
        },
      },
    },
  })
})

test('what is null, absent under a setting, or only shown has such a type', () => {
  defineRoute({
    name: '',
    access: 'anyone',
    isThrottled: false,
    methods: {
      POST: {
        ...common,
        input: (settings: Settings) => ({
          pk: charField({ readOnly: true }),
          nick: charField({ allowNull: true }),
          ...(settings.USE_JWT ? { refresh: charField() } : {}),
        }),
        handle: (_, values) => {
          expectTypeOf<keyof typeof values>().toEqualTypeOf<'nick' | 'refresh'>()
          expectTypeOf(values.nick).toEqualTypeOf<string | null>()
          expectTypeOf(values.refresh).toEqualTypeOf<string | undefined>()
          return {}
        },
      },
    },
  })
})

test('nothing is known of fields that TypeScript cannot infer', () => {
  defineRoute({
    name: '',
    access: 'anyone',
    isThrottled: false,
    methods: {
      POST: {
        ...common,
        // Without its type the parameter keeps TypeScript from looking into the function in time.
        input: (settings) => (settings.USE_JWT ? emailFields() : emailFields()),
        handle: (_, values) => {
          expectTypeOf<keyof typeof values>().toBeNever()
          return {}
        },
      },
    },
  })
})

test('only where everybody is authenticated, a caller is a user without being asked', () => {
  const ofAccess = <const Access extends 'anyone' | 'authenticated'>(access: Access) => ({
    name: '',
    access,
    isThrottled: false,
  })
  defineRoute({
    ...ofAccess('authenticated'),
    methods: {
      GET: {
        ...common,
        handle: ({ caller }) => {
          expectTypeOf(caller).toEqualTypeOf<UserCaller>()
          return {}
        },
      },
    },
  })
  defineRoute({
    ...ofAccess('anyone'),
    methods: {
      GET: {
        ...common,
        handle: ({ caller }) => {
          expectTypeOf(caller).toEqualTypeOf<Caller>()
          return {}
        },
      },
    },
  })
  defineRoute({
    name: '',
    access: (settings) => (settings.USE_JWT ? 'anyone' : 'authenticated'),
    isThrottled: false,
    methods: {
      GET: {
        ...common,
        handle: ({ caller }) => {
          expectTypeOf(caller).toEqualTypeOf<Caller>()
          return {}
        },
      },
    },
  })
})
