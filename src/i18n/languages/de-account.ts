import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in German: addresses, leaving, invitations. */
export const deAccount = {
  emails: {
    email_in_use: {
      subject: 'Deine E-Mail-Adresse wurde für ein anderes Konto angegeben',
      paragraphs: [
        'Hallo {username},',
        'jemand wollte {address} zu einem anderen Konto bei {site} hinzufügen. Die Adresse gehört zu deinem und bleibt dort.',
        'Falls du das warst, entferne die Adresse zuerst aus diesem Konto. Sonst brauchst du nichts zu tun.',
      ],
    },
    email_changed: {
      subject: 'E-Mail-Adresse geändert',
      paragraphs: [
        'Hallo {username},',
        'die E-Mail-Adresse deines Kontos bei {site} wurde geändert. Bis dahin war es {address}.',
        'Falls du das nicht warst, mach es über den Link rückgängig: Das Konto bekommt diese Adresse zurück, alle werden abgemeldet, und du legst ein neues Passwort fest.',
        '{url}',
      ],
      action: 'Änderung rückgängig machen',
    },
    email_added: {
      subject: 'E-Mail-Adresse hinzugefügt',
      paragraphs: [
        'Hallo {username},',
        'zu deinem Konto bei {site} wurde eine weitere E-Mail-Adresse hinzugefügt und bestätigt. Wer sie liest, kann ein neues Passwort festlegen.',
        'Falls du das nicht warst, mach es über den Link rückgängig: Die andere Adresse verschwindet, alle werden abgemeldet, und du legst ein neues Passwort fest.',
        '{url}',
      ],
      action: 'Änderung rückgängig machen',
    },
    email_removed: {
      subject: 'E-Mail-Adresse entfernt',
      paragraphs: [
        'Hallo {username},',
        '{address} wurde aus deinem Konto bei {site} entfernt.',
        'Falls du das nicht warst, fordere sofort ein neues Passwort an.',
        '{url}',
      ],
      action: 'Neues Passwort anfordern',
    },
    account_deletion: {
      subject: 'Dein Konto wird gelöscht',
      paragraphs: [
        'Hallo {username},',
        'dein Konto bei {site} ist gesperrt und wird in {days} Tagen gelöscht, wie du es wolltest.',
        'Falls du es behalten willst oder das nicht warst, mach es bis dahin über den Link rückgängig.',
        '{url}',
      ],
      action: 'Konto behalten',
    },
    account_deleted: {
      subject: 'Dein Konto wurde gelöscht',
      paragraphs: [
        'Hallo,',
        'das Konto bei {site} mit der Adresse {address} wurde wie gewünscht gelöscht. Du brauchst nichts mehr zu tun.',
      ],
    },
    invitation: {
      subject: 'Du bist eingeladen',
      paragraphs: [
        'Hallo,',
        'du bist eingeladen, bei {site} ein Konto mit der Adresse {address} anzulegen. Folge dem Link innerhalb von {days} Tagen.',
        '{url}',
        'Falls du keines möchtest, brauchst du nichts zu tun.',
      ],
      action: 'Konto anlegen',
    },
  },
  pages: {
    undoTitle: 'Änderung rückgängig machen',
    undoEmailIntro:
      'Das Konto bekommt seine bisherige Adresse zurück, alle werden abgemeldet, und du bekommst eine Mail mit einem Link für ein neues Passwort.',
    undoAction: 'Rückgängig machen',
    undoEmailDone: 'Rückgängig gemacht. Wir haben dir einen Link für ein neues Passwort geschickt.',
    undoDeletionIntro: 'Das Konto wird wieder geöffnet, wie es war. Du meldest dich an wie immer.',
    undoDeletionDone: 'Dein Konto bleibt. Du kannst dich anmelden.',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
