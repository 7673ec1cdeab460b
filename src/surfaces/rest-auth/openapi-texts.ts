/** Longer explanations of operations for the OpenAPI document, apart from the routes: no request needs them. */

/** What the described API says of an operation in addition to its summary, by method and path under `URL_PREFIX`. */
const TEXTS: Readonly<Record<string, string>> = {
  'POST login/':
    'Takes a username, an address or both, as ACCOUNT_LOGIN_METHODS allows, and a password. Answers a key, a pair of JWTs with the user, or nothing but cookies, as the deployment is set up. The same answer and the same time for a wrong password and an unknown name.',
  'POST login/code/request/':
    'The answer is the same whoever has the address. Keep the handle: the mailed code is worth nothing without it.',
  'POST login/code/confirm/':
    'A code is good once, for a few tries and minutes. Case, blanks and hyphens do not matter.',
  'POST login/link/request/': 'The answer is the same whoever has the address.',
  'POST login/link/confirm/':
    'Send it when somebody clicks: programs that look at mails open links, too.',
  'GET logout/': 'As POST.',
  'POST logout/':
    'Ends what the request proves: auth token, session, or the login that a JWT stems from. Cookies of the login are deleted.',
  'POST logout/all/': 'Ends every login of the account on every device, this one too.',
  'POST mfa/verify/':
    'For a login that was answered with mfa_required: a one-time code, or a recovery code, each good once. Answers what the login would have.',
  'GET mfa/status/': 'Says how many recovery codes are left, where they are shown only once.',
  'GET mfa/totp/activate/':
    'A new secret, as text, as otpauth: URL and as a QR code for an <img>. Nothing is kept before it is confirmed.',
  'POST mfa/totp/activate/':
    'Proves that the app has the secret, turns the second factor on and answers the recovery codes.',
  'POST mfa/totp/deactivate/':
    'Takes a code of the app; the recovery codes go with it. Without the phone an operator resets it.',
  'GET mfa/recovery-codes/': 'None where they are shown only when they are made.',
  'POST mfa/recovery-codes/regenerate/': 'A new set takes the place of the old one.',
  'POST passkeys/login/begin/':
    'Options for navigator.credentials.get(). Without a name the browser offers what it has for the site.',
  'POST passkeys/login/complete/':
    'What the browser made of the options, and their session_id. A passkey that verified its user counts as both factors.',
  'POST passkeys/register/begin/': 'Options for navigator.credentials.create().',
  'POST passkeys/register/complete/': 'What the browser made of the options, and a name for it.',
  'DELETE passkeys/{id}/': 'The last one of an account without a password or social account stays.',
  'POST password/change/':
    'Ends every other login. A JWT caller is answered the pair that takes the place of the revoked one.',
  'POST password/reset/':
    'The answer is the same whoever has the address. The mail holds a link, or a code for which the answer has a handle.',
  'POST password/reset/confirm/':
    'Takes uid and token of the link, or handle and code. Ends every login of the account; a second factor stays.',
  'GET reauthenticate/':
    'For what answers 403 with reauthentication_required: how long the last proof still counts.',
  'POST reauthenticate/':
    'Takes a password, a code, or a passkey with the session_id of its options.',
  'POST registration/':
    'Answers as a login does, or only that a mail was sent where the address must be verified first.',
  'POST registration/resend-email/': 'The answer is the same whoever has the address.',
  'POST registration/verify-email/': 'Takes the key of the mailed link, or handle and code.',
  'GET sessions/': 'Device, country and times of each; which one is the caller is marked.',
  'POST socialaccounts/{id}/disconnect/': 'Not the last way into an account without a password.',
  'POST token/refresh/':
    'Takes the refresh token from the body or from its cookie. It is spent by this: the answer, or the cookie, has the next one.',
  'POST token/verify/': 'Says whether a JWT is good, and nothing of whose it is.',
  'GET user/': 'The account of whoever is calling.',
  'PUT user/': 'All names at once; the address is not changed here.',
  'PATCH user/': 'Only those that are sent; the address is not changed here.',
  'GET emails/': 'Which are verified, and which is the primary one.',
  'POST emails/': 'The answer is the same whoever has the address; a mail to it says what to do.',
  'POST emails/undo/': 'For the former owner of an address, by the mail that told them.',
}

/** What is said of every provider's endpoints, by the end of their path. */
const SOCIAL_TEXTS: readonly (readonly [RegExp, string])[] = [
  [
    /^GET .*\/authorize\/$/,
    'Where to send the browser, and the verifier to keep for the way back (PKCE).',
  ],
  [/^POST .*\/connect\/$/, 'Takes what a login by the provider takes.'],
]

/** The explanation of an operation; `undefined` where its summary says it all. */
export function operationText(method: string, path: string): string | undefined {
  const operation = `${method} ${path}`
  return TEXTS[operation] ?? SOCIAL_TEXTS.find(([ends]) => ends.test(operation))?.[1]
}
