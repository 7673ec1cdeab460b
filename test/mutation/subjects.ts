/** A part of the core that can be mutated, and the tests that must notice. */
export type Subject = {
  /** Globs of what is changed. */
  readonly mutate: readonly string[]
  /** Globs of the tests that are run against each change: the fast ones that know the subject. */
  readonly tests: readonly string[]
}

/** By what `npm run mutate -- NAME` names. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  limits: {
    mutate: ['src/core/limits/*.ts'],
    tests: [
      'test/core/limits/**/*.test.ts',
      'test/security/login-limits.test.ts',
      'test/security/mail-to-strangers.test.ts',
      'test/security/rate-limits.test.ts',
      'test/surfaces/rest-auth/throttle.test.ts',
    ],
  },
  passwords: {
    // What makes the list of common passwords is run by hand.
    mutate: ['src/core/passwords/!(*.build).ts', 'src/core/passwords/hashers/*.ts'],
    tests: ['test/core/passwords/**/*.test.ts', 'test/rulings/passwords.test.ts'],
  },
  'second-factor': {
    mutate: ['src/core/second-factor/**/*.ts'],
    tests: [
      'test/core/second-factor/**/*.test.ts',
      'test/surfaces/rest-auth/{mfa-*,passkeys,login-step,factor-options,reauthenticate,by-code,login-code}.test.ts',
      'test/security/{first-steps,passkey-names}.test.ts',
    ],
  },
  'sign-in': {
    mutate: ['src/core/sign-in/*.ts'],
    tests: [
      'test/core/sign-in/**/*.test.ts',
      'test/security/{one-name-one-account,revoked-stays-revoked,rotation,every-way-in,first-steps}.test.ts',
      'test/surfaces/rest-auth/{login,logout,devices,remember,sessions,mfa-verify,passkeys}.test.ts',
      'test/surfaces/rest-auth/{token-introspect,token-refresh,token-verify,social-login}.test.ts',
    ],
  },
  tokens: {
    mutate: ['src/core/tokens/*.ts'],
    tests: [
      'test/core/tokens/**/*.test.ts',
      'test/fuzz/properties.test.ts',
      'test/rulings/tokens.test.ts',
      'test/security/{revoked-stays-revoked,rotation,username-tokens}.test.ts',
      'test/surfaces/rest-auth/{token-refresh,token-verify,user,verify-email}.test.ts',
      'test/web/authentication.test.ts',
    ],
  },
}

/**
 * The tests that send statements: of each condition that one of them takes out, some other answer must come. Those of
 * guarded statements are not among them: they send none.
 */
export const STATEMENTS: Pick<Subject, 'tests'> = {
  tests: [
    'test/core/*/**/*.test.ts',
    'test/races/{exactly-one,invitations-grants,second-factors,stale-callers,stale-proofs,taken-addresses}.test.ts',
    'test/surfaces/{admin,rest-auth}/*.test.ts',
  ],
}
