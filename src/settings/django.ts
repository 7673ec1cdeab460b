/** Django's own settings that matter here: secrets, hosts, sessions, CSRF, languages. */
import { meaning } from './meaning.ts'
import { DEFAULT_PASSWORD_VALIDATORS, parsePasswordValidators } from './password-validators.ts'
import {
  flag,
  optionalTrimmed,
  sameSite,
  seconds,
  string,
  stringList,
  structured,
  trimmedString,
} from './setting.ts'

/** Django's own settings. */
export const djangoSettings = {
  SECRET_KEY: string('', meaning('Signs and seals everything; at least 32 bytes. A secret.')),
  SECRET_KEY_FALLBACKS: stringList(
    [],
    meaning('Older secret keys: they verify and open, never sign.'),
  ),
  PASSWORD_RESET_TIMEOUT: seconds({ min: 0 }, 259_200, meaning('Life of a reset link, seconds.')),
  DEFAULT_FROM_EMAIL: trimmedString('webmaster@localhost', meaning('Sender of every mail.')),
  AUTH_PASSWORD_VALIDATORS: structured(
    parsePasswordValidators,
    DEFAULT_PASSWORD_VALIDATORS,
    meaning("What a new password must satisfy, in Django's notation."),
  ),
  LANGUAGE_CODE: string('en-us', meaning('Language where the client asks for none that we speak.')),
  SESSION_COOKIE_NAME: string('sessionid', meaning('Name of the session cookie.')),
  SESSION_COOKIE_AGE: seconds({ min: 1 }, 1_209_600, meaning('Life of a session, seconds.')),
  SESSION_EXPIRE_AT_BROWSER_CLOSE: flag(
    false,
    meaning('The session cookie has no age: browsers drop it when they close.'),
  ),
  SESSION_COOKIE_SECURE: flag(
    { safe: true, exact: false },
    meaning('Session cookie over https only.'),
  ),
  SESSION_COOKIE_HTTPONLY: flag(true, meaning('Session cookie is HttpOnly.')),
  SESSION_COOKIE_SAMESITE: sameSite('Lax', meaning('SameSite of the session cookie.')),
  SESSION_COOKIE_DOMAIN: optionalTrimmed(undefined, meaning('Domain of the session cookie.')),
  SESSION_COOKIE_PATH: trimmedString('/', meaning('Path of the session cookie.')),
  CSRF_COOKIE_NAME: string('csrftoken', meaning('Name of the CSRF cookie.')),
  CSRF_COOKIE_AGE: seconds({ min: 1 }, 31_449_600, meaning('Life of the CSRF cookie, seconds.')),
  CSRF_COOKIE_SECURE: flag({ safe: true, exact: false }, meaning('CSRF cookie over https only.')),
  CSRF_COOKIE_HTTPONLY: flag(false, meaning('CSRF cookie is HttpOnly.')),
  CSRF_COOKIE_SAMESITE: sameSite('Lax', meaning('SameSite of the CSRF cookie.')),
  CSRF_COOKIE_DOMAIN: optionalTrimmed(undefined, meaning('Domain of the CSRF cookie.')),
  CSRF_COOKIE_PATH: trimmedString('/', meaning('Path of the CSRF cookie.')),
  SECURE_HSTS_SECONDS: seconds(
    { min: 0 },
    { safe: 31_536_000, exact: 0 },
    meaning('Life of Strict-Transport-Security on https answers, seconds; 0: not sent.'),
  ),
  CSRF_HEADER_NAME: trimmedString(
    'HTTP_X_CSRFTOKEN',
    meaning('Header of the CSRF token, as WSGI spells it.'),
  ),
  CSRF_TRUSTED_ORIGINS: stringList(
    [],
    meaning('Origins whose writes are believed: https://app.example.'),
  ),
} as const
