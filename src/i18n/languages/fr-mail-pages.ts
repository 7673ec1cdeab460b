import type { enMailPages } from './en-mail-pages.ts'

/** What the pages say of signing in by mail and of the own addresses, in French. */
export const frMailPages: Readonly<Record<keyof typeof enMailPages, string>> = {
  codeTitle: 'Se connecter avec un code',
  codeOffer: 'Se connecter avec un code par e-mail',
  codeIntro: 'Nous vous envoyons un code qui vous connecte une fois.',
  codeAction: 'Envoyez-moi un code',
  codeMailed: 'Si un compte a cette adresse, un e-mail avec un code est en route.',
  codeLabel: 'Code reçu par e-mail',
  codeExpired: 'Ce code n’est plus valable. Demandez-en un autre.',
  linkTitle: 'Se connecter avec un lien',
  linkOffer: 'Se connecter avec un lien par e-mail',
  linkIntro: 'Nous vous envoyons un lien qui vous connecte une fois.',
  linkAction: 'Envoyez-moi un lien',
  linkClick: 'Un clic, et vous êtes connecté.',
  forgotCodeIntro:
    'Donnez-nous votre adresse e-mail, et nous vous envoyons un code pour choisir un nouveau mot de passe.',
  forgotCodeAction: 'Envoyer le code',
  confirmCodeIntro:
    'Nous vous avons envoyé un e-mail. Saisissez le code qu’il contient pour confirmer votre adresse e-mail.',
  resendCodeIntro: 'Donnez-nous votre adresse e-mail, et nous envoyons un nouveau code.',
  resendCodeAction: 'Envoyer un nouveau code',
  emailsHeading: 'Adresses e-mail',
  emailPrimary: 'adresse principale',
  emailUnconfirmed: 'non confirmée',
  emailMakePrimary: 'En faire la principale',
  emailAdd: 'Ajouter une adresse',
  emailAdded: 'Nous avons envoyé un e-mail à cette adresse. Suivez le lien qu’il contient.',
  emailResend: 'Renvoyer l’e-mail',
  emailResent: 'L’e-mail est en route.',
  emailRemoved: 'L’adresse est supprimée.',
  emailChanged: 'C’est maintenant votre adresse principale.',
  leavingHeading: 'Vos données',
  exportAction: 'Télécharger mes données',
  deleteAction: 'Supprimer mon compte',
  deleteAsk: 'Supprimer votre compte ? Vous serez déconnecté de tous vos appareils.',
  deleteDone: 'Votre compte est supprimé.',
  deleteSoon:
    'Votre compte est verrouillé et sera supprimé le {0}. Un e-mail vous dit comment le garder.',
  socialEmailIntro: '{0} ne nous a pas donné d’adresse e-mail. Quelle est la vôtre ?',
}
