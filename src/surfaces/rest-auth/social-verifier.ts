/** Holds the verifier of a login that a link began; scripts cannot read it. */
export const VERIFIER_COOKIE = 'social_verifier'
