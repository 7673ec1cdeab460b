import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in French. */
export const frMailedLogin = {
  login_code: {
    subject: 'Votre code de connexion',
    paragraphs: [
      'Bonjour {username},',
      'Votre code pour vous connecter à {site} :',
      '{code}',
      'Il ne sert qu’une fois et pendant quelques minutes seulement. Personne de {site} ne vous le demandera jamais.',
      'Si vous ne l’avez pas demandé, vous n’avez rien à faire.',
    ],
  },
  login_link: {
    subject: 'Votre lien de connexion',
    paragraphs: [
      'Bonjour {username},',
      'Suivez le lien pour vous connecter à {site}. Il ne sert qu’une fois et pendant quelques minutes seulement.',
      '{url}',
      'Si vous ne l’avez pas demandé, ne le suivez pas.',
    ],
    action: 'Se connecter',
  },
  confirm_email_code: {
    subject: 'Veuillez confirmer votre adresse e-mail',
    paragraphs: [
      'Bonjour {username},',
      '{address} a été indiquée comme adresse e-mail d’un compte sur {site}. Ce code confirme qu’elle est à vous :',
      '{code}',
      'Si vous ne l’avez pas indiquée, vous n’avez rien à faire.',
    ],
  },
  password_reset_code: {
    subject: 'Code pour un nouveau mot de passe',
    paragraphs: [
      'Bonjour,',
      'Un nouveau mot de passe a été demandé sur {site}. Ce code vous permet d’en choisir un :',
      '{code}',
      'Si ce n’était pas vous, votre mot de passe reste inchangé.',
      'Pour mémoire : votre nom d’utilisateur est {username}.',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
