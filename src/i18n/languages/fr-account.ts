import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in French: addresses, leaving, invitations. */
export const frAccount = {
  emails: {
    email_in_use: {
      subject: 'Votre adresse a été indiquée pour un autre compte',
      paragraphs: [
        'Bonjour {username},',
        'Quelqu’un a voulu ajouter {address} à un autre compte sur {site}. Elle appartient au vôtre et y reste.',
        'Si c’était vous, retirez d’abord l’adresse de ce compte. Sinon, vous n’avez rien à faire.',
      ],
    },
    email_changed: {
      subject: 'Adresse e-mail modifiée',
      paragraphs: [
        'Bonjour {username},',
        'L’adresse e-mail de votre compte sur {site} a été modifiée. C’était jusque-là {address}.',
        'Si ce n’était pas vous, annulez-le par le lien : le compte retrouve cette adresse, toutes les sessions sont fermées et vous choisissez un nouveau mot de passe.',
        '{url}',
      ],
      action: 'Annuler la modification',
    },
    email_added: {
      subject: 'Adresse e-mail ajoutée',
      paragraphs: [
        'Bonjour {username},',
        'Une autre adresse e-mail a été ajoutée à votre compte sur {site} et confirmée. Qui la lit peut choisir un nouveau mot de passe.',
        'Si ce n’était pas vous, annulez-le par le lien : l’autre adresse disparaît, toutes les sessions sont fermées et vous choisissez un nouveau mot de passe.',
        '{url}',
      ],
      action: 'Annuler la modification',
    },
    email_removed: {
      subject: 'Adresse e-mail supprimée',
      paragraphs: [
        'Bonjour {username},',
        '{address} a été supprimée de votre compte sur {site}.',
        'Si ce n’était pas vous, demandez tout de suite un nouveau mot de passe.',
        '{url}',
      ],
      action: 'Demander un nouveau mot de passe',
    },
    account_deletion: {
      subject: 'Votre compte sera supprimé',
      paragraphs: [
        'Bonjour {username},',
        'Votre compte sur {site} est verrouillé et sera supprimé dans {days} jours, comme vous l’avez demandé.',
        'Si vous voulez le garder, ou si ce n’était pas vous, annulez-le d’ici là par le lien.',
        '{url}',
      ],
      action: 'Garder mon compte',
    },
    account_deleted: {
      subject: 'Votre compte a été supprimé',
      paragraphs: [
        'Bonjour,',
        'Le compte sur {site} qui avait l’adresse {address} a été supprimé, comme demandé. Vous n’avez plus rien à faire.',
      ],
    },
    invitation: {
      subject: 'Vous êtes invité',
      paragraphs: [
        'Bonjour,',
        'Vous êtes invité à créer un compte sur {site} avec l’adresse {address}. Suivez le lien dans les {days} jours.',
        '{url}',
        'Si vous n’en voulez pas, vous n’avez rien à faire.',
      ],
      action: 'Créer mon compte',
    },
  },
  pages: {
    undoTitle: 'Annuler la modification',
    undoEmailIntro:
      'Le compte retrouve son ancienne adresse, toutes les sessions sont fermées et vous recevez un lien pour choisir un nouveau mot de passe.',
    undoAction: 'Annuler la modification',
    undoEmailDone:
      'C’est annulé. Nous vous avons envoyé un lien pour choisir un nouveau mot de passe.',
    undoDeletionIntro: 'Le compte est rouvert tel qu’il était. Vous vous connectez comme avant.',
    undoDeletionDone: 'Votre compte est conservé. Vous pouvez vous connecter.',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
