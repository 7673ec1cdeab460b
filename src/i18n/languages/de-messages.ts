import type { MessageWords } from '../words.ts'

/** The API's messages in German. */
export const deMessages: MessageWords = {
  'A server error occurred.': 'Ein Serverfehler ist aufgetreten.',
  'A user with that username already exists.': 'Dieser Benutzername ist bereits vergeben.',
  'Authentication credentials were not provided.': 'Anmeldedaten fehlen.',
  'Authorization header must contain two space-delimited values':
    'Der Authorization-Header muss aus zwei durch ein Leerzeichen getrennten Werten bestehen',
  'CSRF Failed: {0}': 'CSRF fehlgeschlagen: {0}',
  'Could not satisfy the request Accept header.':
    'Der Accept-Header der Anfrage konnte nicht erfüllt werden.',
  'E-mail is not verified.': 'Die E-Mail-Adresse ist nicht bestätigt.',
  'Ensure this field has at least {0} characters.':
    'Stelle sicher, dass dieses Feld mindestens {0} Zeichen lang ist.',
  'Ensure this field has no more than {0} characters.':
    'Stelle sicher, dass dieses Feld nicht mehr als {0} Zeichen lang ist.',
  'Enter a valid email address.': 'Gib eine gültige E-Mail-Adresse an.',
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
    'Gib einen gültigen Benutzernamen an. Erlaubt sind nur Buchstaben, Ziffern und die Zeichen @/./+/-/_.',
  'Failed to exchange code for access token':
    'Der Code konnte nicht gegen ein Zugriffstoken getauscht werden',
  'Given token not valid for any token type': 'Das Token ist für keinen Tokentyp gültig',
  'Incorrect input. access_token or code is required.':
    'Falsche Eingabe. access_token oder code ist erforderlich.',
  'Incorrect value': 'Falscher Wert',
  'Invalid data. Expected a dictionary, but got {0}.':
    'Ungültige Daten. Dictionary erwartet, aber {0} erhalten.',
  'Invalid token header. No credentials provided.':
    'Ungültiger Token-Header. Keine Zugangsdaten angegeben.',
  'Invalid token header. Token string should not contain invalid characters.':
    'Ungültiger Token-Header. Das Token darf keine ungültigen Zeichen enthalten.',
  'Invalid token header. Token string should not contain spaces.':
    'Ungültiger Token-Header. Das Token darf keine Leerzeichen enthalten.',
  'Invalid token.': 'Ungültiges Token.',
  'Invalid value': 'Ungültiger Wert',
  'JSON parse error - {0}': 'JSON-Lesefehler - {0}',
  'Method "{0}" not allowed.': 'Methode "{0}" nicht erlaubt.',
  'Multipart form parse error - {0}': 'Lesefehler im Multipart-Formular - {0}',
  'Must include "email" and "password".': '"email" und "password" sind erforderlich.',
  'Must include "username" and "password".': '"username" und "password" sind erforderlich.',
  'Must include either "username" or "email" and "password".':
    '"username" oder "email" sowie "password" sind erforderlich.',
  'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.':
    'Weder Cookies noch Sperrliste sind aktiv, daher wurde das Token auf dem Server nicht gelöscht. Bitte sorge dafür, dass der Client es löscht.',
  'New password has been saved.': 'Das neue Passwort wurde gespeichert.',
  'No active account found for the given token.':
    'Zu diesem Token wurde kein aktives Konto gefunden.',
  'No data provided': 'Keine Daten angegeben',
  'No valid refresh token found.': 'Kein gültiges Erneuerungstoken gefunden.',
  'Not a valid string.': 'Kein gültiger String.',
  'Not found.': 'Nicht gefunden.',
  'No WebAuthnCredential matches the given query.': 'Diesen Passkey gibt es nicht.',
  'Null characters are not allowed.': 'Nullzeichen sind nicht erlaubt.',
  'Password has been reset with the new password.':
    'Das Passwort wurde auf das neue zurückgesetzt.',
  'Password reset e-mail has been sent.':
    'Eine E-Mail zum Zurücksetzen des Passworts wurde verschickt.',
  'Refresh token was not included in cookie data.': 'Das Erneuerungstoken fehlt in den Cookies.',
  'Refresh token was not included in request data.': 'Das Erneuerungstoken fehlt in der Anfrage.',
  'Request body exceeded the limit.': 'Die Anfrage ist zu groß.',
  'Request was throttled. Expected available in {0} second.':
    'Die Anfrage wurde gedrosselt. Erwartete Verfügbarkeit in {0} Sekunde.',
  'Request was throttled. Expected available in {0} seconds.':
    'Die Anfrage wurde gedrosselt. Erwartete Verfügbarkeit in {0} Sekunden.',
  'Service temporarily unavailable, try again later.':
    'Der Dienst ist vorübergehend nicht verfügbar, bitte später erneut versuchen.',
  'Successfully logged out.': 'Erfolgreich abgemeldet.',
  'The password is too similar to the {0}.': 'Das Passwort ähnelt zu sehr: {0}.',
  'The two password fields didn’t match.': 'Die beiden Passwörter stimmen nicht überein.',
  "The two password fields didn't match.": 'Die beiden Passwörter stimmen nicht überein.',
  "The user's password has been changed.": 'Das Passwort des Benutzers wurde geändert.',
  'This email address is already associated with this account.':
    'Diese E-Mail-Adresse gehört schon zu diesem Konto.',
  'You cannot add more than {0} email addresses.':
    'Du kannst nicht mehr als {0} E-Mail-Adressen hinzufügen.',
  'This email address is already verified.': 'Diese E-Mail-Adresse ist schon bestätigt.',
  'Your primary email address must be verified.':
    'Deine primäre E-Mail-Adresse muss bestätigt sein.',
  'You cannot remove your primary email address ({0}).':
    'Du kannst deine primäre E-Mail-Adresse ({0}) nicht entfernen.',
  'The change has been undone. A link for a new password is on its way.':
    'Die Änderung ist rückgängig gemacht. Ein Link für ein neues Passwort ist unterwegs.',
  'Another account has this email address by now.':
    'Diese E-Mail-Adresse hat inzwischen ein anderes Konto.',
  'Your account will be deleted.': 'Dein Konto wird gelöscht.',
  'Your account has been deleted.': 'Dein Konto wurde gelöscht.',
  'Your account will not be deleted.': 'Dein Konto wird nicht gelöscht.',
  'This invitation is not valid for this email address.':
    'Diese Einladung gilt nicht für diese E-Mail-Adresse.',
  'This field is required.': 'Dieses Feld ist erforderlich.',
  'This field may not be blank.': 'Dieses Feld darf nicht leer sein.',
  'This field may not be null.': 'Dieses Feld darf nicht null sein.',
  'This password has appeared in a data breach.':
    'Dieses Passwort ist in einem Datenleck aufgetaucht.',
  'This password is entirely numeric.': 'Dieses Passwort besteht nur aus Ziffern.',
  'This password is too common.': 'Dieses Passwort ist zu üblich.',
  'This password is too short. It must contain at least {0} character.':
    'Dieses Passwort ist zu kurz. Es muss mindestens {0} Zeichen enthalten.',
  'This password is too short. It must contain at least {0} characters.':
    'Dieses Passwort ist zu kurz. Es muss mindestens {0} Zeichen enthalten.',
  'Token contained no recognizable user identification':
    'Das Token enthält keine erkennbare Benutzeridentifikation',
  'Token has no id': 'Das Token hat keine Id',
  'Token has wrong type': 'Das Token hat den falschen Typ',
  'Token is blacklisted': 'Das Token steht auf der Sperrliste',
  'Token is expired': 'Das Token ist abgelaufen',
  'Token is invalid': 'Das Token ist ungültig',
  'Token is invalid or expired': 'Das Token ist ungültig oder abgelaufen',
  'Unable to log in with provided credentials.':
    'Anmeldung mit den angegebenen Zugangsdaten nicht möglich.',
  'Unsupported media type "{0}" in request.': 'Nicht unterstützter Medientyp "{0}" in der Anfrage.',
  'User inactive or deleted.': 'Benutzer inaktiv oder gelöscht.',
  'Sign-up is closed.': 'Die Registrierung ist geschlossen.',
  'The provider gave no e-mail address, and one is needed.':
    'Der Anbieter hat keine E-Mail-Adresse mitgeteilt, und eine ist nötig.',
  'User is already registered with this e-mail address.':
    'Mit dieser E-Mail-Adresse ist bereits ein Benutzer registriert.',
  'User is inactive': 'Benutzer ist inaktiv',
  'User not found': 'Benutzer nicht gefunden',
  'Username can not be used. Please use other username.':
    'Dieser Benutzername kann nicht verwendet werden. Bitte wähle einen anderen.',
  'Verification e-mail sent.': 'Bestätigungsmail verschickt.',
  'You do not have permission to perform this action.': 'Du darfst diese Aktion nicht ausführen.',
  'You should be logged in to logout. Check whether the token is passed.':
    'Zum Abmelden musst du angemeldet sein. Prüfe, ob das Token mitgeschickt wird.',
  'Your old password was entered incorrectly. Please enter it again.':
    'Das alte Passwort war falsch. Bitte gib es neu ein.',
  'All other sessions have been ended.': 'Alle anderen Anmeldungen wurden beendet.',
  'Invalid or expired state.': 'Ungültiger oder abgelaufener State.',
  'Request body could not be read.': 'Die Anfrage konnte nicht gelesen werden.',
  'Successfully logged out everywhere.': 'Erfolgreich überall abgemeldet.',
  'The third-party account is already connected to a different account.':
    'Das externe Konto ist bereits mit einem anderen Konto verbunden.',
  'This redirect URI is not allowed.': 'Diese Redirect-URI ist nicht erlaubt.',
  'You cannot disconnect your last remaining third-party account.':
    'Das letzte verbundene externe Konto kann nicht getrennt werden.',
  'Your account has no password set up.': 'Für dein Konto ist kein Passwort festgelegt.',
  'Invalid or expired token.': 'Ungültiges oder abgelaufenes Token.',
  'User account is disabled.': 'Das Benutzerkonto ist gesperrt.',
  'Invalid code.': 'Ungültiger Code.',
  'Invalid code. Please check your authenticator app and try again.':
    'Ungültiger Code. Bitte sieh in deiner Authenticator-App nach und versuche es noch einmal.',
  'MFA is already enabled. Deactivate it before activating again.':
    'Der zweite Faktor ist schon eingeschaltet. Schalte ihn erst aus, um ihn neu einzurichten.',
  'MFA is not enabled.': 'Der zweite Faktor ist nicht eingeschaltet.',
  'Invalid or expired activation token.': 'Ungültiges oder abgelaufenes Aktivierungstoken.',
  'Invalid activation token for this user.':
    'Das Aktivierungstoken gehört nicht zu diesem Benutzer.',
  'TOTP has been deactivated.': 'Der zweite Faktor wurde ausgeschaltet.',
  'You cannot activate two-factor authentication until you have verified your email address.':
    'Der zweite Faktor lässt sich erst einrichten, wenn deine E-Mail-Adresse bestätigt ist.',
  'Registration challenge has expired. Please start over.':
    'Die Registrierung ist abgelaufen. Bitte fang noch einmal an.',
  'Registration verification failed.': 'Der Passkey konnte nicht geprüft werden.',
  'This credential is already registered.': 'Dieser Passkey ist bereits registriert.',
  'Authentication challenge has expired. Please start over.':
    'Die Anmeldung ist abgelaufen. Bitte fang noch einmal an.',
  'Authentication verification failed.': 'Der Passkey konnte nicht geprüft werden.',
  'Credential not found.': 'Dieser Passkey ist unbekannt.',
  'Invalid credential format.': 'Das ist kein Passkey.',
  'Passkey RP settings (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) must be configured.':
    'Die Einstellungen für Passkeys (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) fehlen.',
  'This value does not match the required pattern.':
    'Dieser Wert passt nicht zu dem erforderlichen Muster.',
  'Value must be valid JSON.': 'Wert muss gültiges JSON sein.',
  'Please confirm that it is you, then try again.':
    'Bitte bestätige, dass du es bist, und versuche es dann noch einmal.',
  'Incorrect password.': 'Falsches Passwort.',
  'Must include "password", "code" or "credential".':
    '"password", "code" oder "credential" ist erforderlich.',
  'If the address is known, a mail is on its way.':
    'Falls die Adresse bekannt ist, ist eine E-Mail unterwegs.',
  'You are acting as somebody else, who alone may do this.':
    'Du handelst als jemand anderes; das darf nur die Person selbst.',
  'String value too large.': 'Text ist zu lang.',
  'A valid integer is required.': 'Eine gültige Ganzzahl ist erforderlich.',
  'Ensure this value is greater than or equal to {0}.':
    'Dieser Wert muss größer oder gleich {0} sein.',
  'Ensure this value is less than or equal to {0}.':
    'Dieser Wert muss kleiner oder gleich {0} sein.',
  'Must be a valid boolean.': 'Muss wahr oder falsch sein.',
  'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.':
    'Das Datum hat das falsche Format. Nutze stattdessen dieses: YYYY-MM-DD.',
  '"{0}" is not a valid choice.': '"{0}" ist keine gültige Auswahl.',
  'Enter a valid URL.': 'Gib eine gültige URL ein.',
  'Enter a valid phone number.': 'Gib eine gültige Telefonnummer ein.',
  'Ensure this value has no more than {0} bytes.':
    'Dieser Wert darf höchstens {0} Bytes lang sein.',
  'This field must be unique.': 'Dieser Wert ist bereits vergeben.',
  'This is not possible at the moment.': 'Das ist im Moment nicht möglich.',
  'email address': 'E-Mail-Adresse',
  'first name': 'Vorname',
  'last name': 'Nachname',
  username: 'Benutzername',
}
