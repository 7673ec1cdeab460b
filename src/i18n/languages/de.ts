import type { Words } from '../words.ts'

/** German. */
export const de: Words = {
  emails: {
    confirm_email: {
      subject: 'Bitte bestätige deine E-Mail-Adresse',
      paragraphs: [
        'Hallo {username},',
        '{address} wurde als E-Mail-Adresse eines Kontos bei {site} angegeben. Bestätige mit dem Link, dass sie dir gehört.',
        '{url}',
        'Auch andere Konten bei {site} nennen diese Adresse ({others}). Bestätige nur das Konto, das du angelegt hast: {username}.',
        'Falls du das nicht warst, brauchst du nichts zu tun.',
      ],
      action: 'E-Mail-Adresse bestätigen',
    },
    password_reset: {
      subject: 'Passwort zurücksetzen',
      paragraphs: [
        'Hallo,',
        'für dein Konto bei {site} wurde ein neues Passwort angefordert. Über den Link kannst du es festlegen.',
        '{url}',
        'Falls du das nicht warst, bleibt dein Passwort, wie es ist.',
        'Zur Erinnerung: Dein Benutzername ist {username}.',
        'Diese Adresse haben noch andere Konten, jedes mit eigenem Link:\n{accounts}',
      ],
      action: 'Neues Passwort festlegen',
    },
    account_already_exists: {
      subject: 'Konto existiert bereits',
      paragraphs: [
        'Hallo,',
        'jemand wollte bei {site} ein Konto mit {address} anlegen. Zu dieser Adresse gibt es schon eines.',
        'Falls du das warst und dein Passwort nicht mehr weißt, fordere ein neues an. Sonst brauchst du nichts zu tun.',
        '{url}',
      ],
      action: 'Neues Passwort anfordern',
    },
    password_changed: {
      subject: 'Passwort geändert',
      paragraphs: [
        'Hallo {username},',
        'das Passwort deines Kontos bei {site} wurde geändert.',
        'Außer dem Passwort öffnen dieses Konto: {connections}.',
        'Falls du das nicht warst, fordere sofort ein neues an.',
        '{url}',
      ],
      action: 'Neues Passwort anfordern',
    },
    social_account_connected: {
      subject: 'Anmeldeweg hinzugefügt',
      paragraphs: [
        'Hallo {username},',
        'ein Konto bei {provider} kann sich ab jetzt bei deinem Konto bei {site} anmelden.',
        'Falls du das nicht warst, fordere sofort ein neues Passwort an und trenne dann die Verbindung.',
        '{url}',
      ],
      action: 'Neues Passwort anfordern',
    },
    social_account_disconnected: {
      subject: 'Anmeldeweg entfernt',
      paragraphs: [
        'Hallo {username},',
        'dein Konto bei {site} ist nicht mehr mit {provider} verbunden.',
        'Falls du das nicht warst, fordere sofort ein neues Passwort an.',
        '{url}',
      ],
      action: 'Neues Passwort anfordern',
    },
    email_claim_dropped: {
      subject: 'E-Mail-Adresse aus einem Konto entfernt',
      paragraphs: [
        'Hallo,',
        '{address} wurde für ein anderes Konto bei {site} bestätigt. Das Konto {username} hatte die Adresse angegeben, ohne sie zu bestätigen, und hat sie jetzt nicht mehr.',
        'Falls beide Konten dir gehören, verwende das bestätigte. Sonst brauchst du nichts zu tun.',
      ],
    },
  },
  emailFrame: {
    linkHint: 'Falls der Knopf nicht geht, öffne diesen Link:',
    footer: 'Du bekommst diese Mail, weil deine Adresse bei {site} verwendet wird.',
  },
  pages: {
    signInTitle: 'Anmelden',
    signInAction: 'Anmelden',
    signUpTitle: 'Konto anlegen',
    signUpAction: 'Konto anlegen',
    signUpInvitation: 'Noch kein Konto?',
    signUpLink: 'Jetzt anlegen',
    signInInvitation: 'Schon ein Konto?',
    signInLink: 'Anmelden',
    forgotTitle: 'Passwort vergessen?',
    forgotIntro:
      'Gib deine E-Mail-Adresse ein; wir schicken dir einen Link für ein neues Passwort.',
    forgotAction: 'Link schicken',
    forgotDone:
      'Falls es zu dieser Adresse ein Konto gibt, ist eine Mail mit einem Link unterwegs.',
    newPasswordTitle: 'Neues Passwort festlegen',
    newPasswordAction: 'Neues Passwort speichern',
    newPasswordDone: 'Dein neues Passwort ist gespeichert. Du kannst dich damit anmelden.',
    linkInvalid: 'Dieser Link gilt nicht mehr: Er wurde schon benutzt oder ist zu alt.',
    newLink: 'Neuen Link anfordern',
    confirmTitle: 'E-Mail-Adresse bestätigen',
    confirmIntro: 'Ein Klick, und wir wissen, dass die Adresse dir gehört.',
    confirmFor:
      '{1} wird die Adresse des Kontos {0}. Bestätige sie nur, wenn du dieses Konto angelegt hast.',
    confirmAction: 'E-Mail-Adresse bestätigen',
    confirmDone: 'Danke, deine E-Mail-Adresse ist bestätigt.',
    resendIntro: 'Gib deine E-Mail-Adresse ein; wir schicken einen neuen Link.',
    resendAction: 'Neuen Link schicken',
    resendDone:
      'Falls diese Adresse noch zu bestätigen ist, ist eine Mail mit einem Link unterwegs.',
    sentTitle: 'Sieh in dein Postfach',
    sentIntro:
      'Wir haben dir eine Mail geschickt. Bestätige deine E-Mail-Adresse mit dem Link darin.',
    sentHelp: 'Nichts da? Sieh im Spam-Ordner nach oder fordere einen neuen Link an.',
    continueLink: 'Weiter',
    accountTitle: 'Dein Konto',
    profileHeading: 'Über dich',
    profileAction: 'Speichern',
    profileDone: 'Gespeichert.',
    passwordHeading: 'Passwort',
    passwordAction: 'Passwort ändern',
    passwordDone: 'Dein Passwort ist geändert.',
    socialHeading: 'Verbundene Konten',
    socialEmpty: 'Kein Konto ist verbunden.',
    disconnectAction: 'Trennen',
    socialAction: 'Weiter mit {0}',
    or: 'oder',
    connectAction: 'Mit {0} verbinden',
    sessionsHeading: 'Wo du angemeldet bist',
    sessionsCurrent: 'Dieses Gerät',
    sessionsEnd: 'Dort abmelden',
    sessionsEndOthers: 'Überall sonst abmelden',
    signOutAction: 'Abmelden',
    signedOut: 'Du bist abgemeldet.',
    pleaseSignIn: 'Bitte melde dich an.',
    wait: 'Einen Moment …',
    username: 'Benutzername',
    email: 'E-Mail-Adresse',
    usernameOrEmail: 'Benutzername oder E-Mail-Adresse',
    password: 'Passwort',
    passwordAgain: 'Passwort wiederholen',
    newPassword: 'Neues Passwort',
    newPasswordAgain: 'Neues Passwort wiederholen',
    oldPassword: 'Bisheriges Passwort',
    firstName: 'Vorname',
    lastName: 'Nachname',
    optional: 'freiwillig',
    errorSummary: 'Bitte sieh dir die markierten Felder an.',
    offline: 'Der Dienst ist nicht erreichbar. Bitte versuche es gleich noch einmal.',
    unexpected: 'Etwas ist schiefgegangen. Bitte versuche es noch einmal.',
    noScript: 'Diese Seiten brauchen JavaScript.',
  },
  messages: {
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
    'This field is required.': 'Dieses Feld ist erforderlich.',
    'This field may not be blank.': 'Dieses Feld darf nicht leer sein.',
    'This field may not be null.': 'Dieses Feld darf nicht null sein.',
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
    'Unsupported media type "{0}" in request.':
      'Nicht unterstützter Medientyp "{0}" in der Anfrage.',
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
    'email address': 'E-Mail-Adresse',
    'first name': 'Vorname',
    'last name': 'Nachname',
    username: 'Benutzername',
  },
}
