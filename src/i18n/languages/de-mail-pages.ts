import type { enMailPages } from './en-mail-pages.ts'

/** What the pages say of signing in by mail and of the own addresses, in German. */
export const deMailPages: Readonly<Record<keyof typeof enMailPages, string>> = {
  codeTitle: 'Mit einem Code anmelden',
  codeOffer: 'Mit einem Code per Mail anmelden',
  codeIntro: 'Wir schicken dir einen Code, der dich einmal anmeldet.',
  codeAction: 'Code schicken',
  codeMailed: 'Falls es zu dieser Adresse ein Konto gibt, ist eine Mail mit einem Code unterwegs.',
  codeLabel: 'Code aus der Mail',
  codeExpired: 'Dieser Code gilt nicht mehr. Fordere einen neuen an.',
  linkTitle: 'Mit einem Link anmelden',
  linkOffer: 'Mit einem Link per Mail anmelden',
  linkIntro: 'Wir schicken dir einen Link, der dich einmal anmeldet.',
  linkAction: 'Link schicken',
  linkClick: 'Ein Klick, und du bist angemeldet.',
  forgotCodeIntro:
    'Gib deine E-Mail-Adresse ein; wir schicken dir einen Code für ein neues Passwort.',
  forgotCodeAction: 'Code schicken',
  confirmCodeIntro:
    'Wir haben dir eine Mail geschickt. Gib den Code darin ein, um deine E-Mail-Adresse zu bestätigen.',
  resendCodeIntro: 'Gib deine E-Mail-Adresse ein; wir schicken einen neuen Code.',
  resendCodeAction: 'Neuen Code schicken',
  emailsHeading: 'E-Mail-Adressen',
  emailPrimary: 'Hauptadresse',
  emailUnconfirmed: 'nicht bestätigt',
  emailMakePrimary: 'Zur Hauptadresse machen',
  emailAdd: 'Adresse hinzufügen',
  emailAdded: 'Wir haben eine Mail an diese Adresse geschickt. Folge dem Link darin.',
  emailResend: 'Mail noch einmal schicken',
  emailResent: 'Die Mail ist unterwegs.',
  emailRemoved: 'Die Adresse ist gelöscht.',
  emailChanged: 'Das ist jetzt deine Hauptadresse.',
  leavingHeading: 'Deine Daten',
  exportAction: 'Meine Daten herunterladen',
  deleteAction: 'Mein Konto löschen',
  deleteAsk: 'Dein Konto löschen? Du wirst auf jedem Gerät abgemeldet.',
  deleteDone: 'Dein Konto ist gelöscht.',
  deleteSoon:
    'Dein Konto ist gesperrt und wird am {0} gelöscht. Eine Mail sagt dir, wie du es behältst.',
  socialEmailIntro: '{0} hat uns keine E-Mail-Adresse gegeben. Welche ist deine?',
}
