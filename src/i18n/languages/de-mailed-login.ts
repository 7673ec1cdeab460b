import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in German. */
export const deMailedLogin = {
  login_code: {
    subject: 'Dein Anmeldecode',
    paragraphs: [
      'Hallo {username},',
      'Dein Code für die Anmeldung bei {site}:',
      '{code}',
      'Er gilt einmal und nur für wenige Minuten. Niemand von {site} wird dich je danach fragen.',
      'Falls du ihn nicht angefordert hast, ist nichts zu tun.',
    ],
  },
  login_link: {
    subject: 'Dein Anmeldelink',
    paragraphs: [
      'Hallo {username},',
      'Folge dem Link, um dich bei {site} anzumelden. Er gilt einmal und nur für wenige Minuten.',
      '{url}',
      'Falls du ihn nicht angefordert hast, folge ihm nicht.',
    ],
    action: 'Anmelden',
  },
  confirm_email_code: {
    subject: 'Bitte bestätige deine E-Mail-Adresse',
    paragraphs: [
      'Hallo {username},',
      '{address} wurde als E-Mail-Adresse eines Kontos bei {site} angegeben. Dieser Code bestätigt, dass sie dir gehört:',
      '{code}',
      'Falls du sie nicht angegeben hast, ist nichts zu tun.',
    ],
  },
  password_reset_code: {
    subject: 'Code für ein neues Passwort',
    paragraphs: [
      'Hallo,',
      'Bei {site} wurde ein neues Passwort angefordert. Mit diesem Code wählst du eines:',
      '{code}',
      'Falls du es nicht warst, bleibt dein Passwort, wie es ist.',
      'Zur Erinnerung: Dein Benutzername ist {username}.',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
