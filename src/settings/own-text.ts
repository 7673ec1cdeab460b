/** Bounds of texts in fields of one's own. */

/** Longest `max_length` of a field; Django's `CharField` and `URLField` have no more in practice. */
export const OWN_TEXT_MAX_LENGTH = 2_000
