import type { Words } from '../words.ts'

/** French. */
export const fr: Words = {
  emails: {
    confirm_email: {
      subject: 'Veuillez confirmer votre adresse e-mail',
      paragraphs: [
        'Bonjour {username},',
        '{address} a été indiquée comme adresse e-mail d’un compte sur {site}. Suivez le lien pour confirmer qu’elle est bien la vôtre.',
        '{url}',
        'D’autres comptes sur {site} indiquent aussi cette adresse ({others}). Ne confirmez que le compte que vous avez créé : {username}.',
        'Si ce n’était pas vous, vous n’avez rien à faire.',
      ],
      action: 'Confirmer l’adresse e-mail',
    },
    password_reset: {
      subject: 'Réinitialisation du mot de passe',
      paragraphs: [
        'Bonjour,',
        'Un nouveau mot de passe a été demandé pour votre compte sur {site}. Suivez le lien pour le choisir.',
        '{url}',
        'Si ce n’était pas vous, votre mot de passe reste inchangé.',
        'Pour mémoire, votre nom d’utilisateur est {username}.',
        'D’autres comptes ont aussi cette adresse, chacun avec son lien :\n{accounts}',
      ],
      action: 'Choisir un nouveau mot de passe',
    },
    account_already_exists: {
      subject: 'Ce compte existe déjà',
      paragraphs: [
        'Bonjour,',
        'Quelqu’un a voulu créer sur {site} un compte avec {address}, qui en a déjà un.',
        'Si c’était vous et que vous avez oublié le mot de passe, demandez-en un nouveau. Sinon, vous n’avez rien à faire.',
        '{url}',
      ],
      action: 'Demander un nouveau mot de passe',
    },
    password_changed: {
      subject: 'Mot de passe modifié',
      paragraphs: [
        'Bonjour {username},',
        'Le mot de passe de votre compte sur {site} a été modifié.',
        'Outre le mot de passe, y donnent accès : {connections}.',
        'Si ce n’était pas vous, demandez-en un nouveau sans attendre.',
        '{url}',
      ],
      action: 'Demander un nouveau mot de passe',
    },
    social_account_connected: {
      subject: 'Nouveau moyen de connexion',
      paragraphs: [
        'Bonjour {username},',
        'Un compte chez {provider} peut désormais se connecter à votre compte sur {site}.',
        'Si ce n’était pas vous, demandez sans attendre un nouveau mot de passe, puis dissociez ce compte.',
        '{url}',
      ],
      action: 'Demander un nouveau mot de passe',
    },
    social_account_disconnected: {
      subject: 'Moyen de connexion retiré',
      paragraphs: [
        'Bonjour {username},',
        'Votre compte sur {site} n’est plus associé à {provider}.',
        'Si ce n’était pas vous, demandez sans attendre un nouveau mot de passe.',
        '{url}',
      ],
      action: 'Demander un nouveau mot de passe',
    },
    email_claim_dropped: {
      subject: 'Adresse e-mail retirée d’un compte',
      paragraphs: [
        'Bonjour,',
        '{address} a été confirmée pour un autre compte sur {site}. Le compte {username} l’avait indiquée sans la confirmer et ne l’a plus.',
        'Si les deux comptes sont à vous, utilisez celui que vous avez confirmé. Sinon, vous n’avez rien à faire.',
      ],
    },
  },
  emailFrame: {
    linkHint: 'Si le bouton ne fonctionne pas, ouvrez ce lien :',
    footer: 'Vous recevez ce message parce que votre adresse est utilisée sur {site}.',
  },
  pages: {
    signInTitle: 'Se connecter',
    signInAction: 'Se connecter',
    signUpTitle: 'Créer un compte',
    signUpAction: 'Créer le compte',
    signUpInvitation: 'Pas encore de compte ?',
    signUpLink: 'En créer un',
    signInInvitation: 'Vous avez déjà un compte ?',
    signInLink: 'Se connecter',
    forgotTitle: 'Mot de passe oublié ?',
    forgotIntro:
      'Indiquez votre adresse e-mail, nous vous enverrons un lien pour choisir un nouveau mot de passe.',
    forgotAction: 'Envoyer le lien',
    forgotDone: 'Si un compte a cette adresse, un message avec un lien est en route.',
    newPasswordTitle: 'Choisir un nouveau mot de passe',
    newPasswordAction: 'Enregistrer le nouveau mot de passe',
    newPasswordDone:
      'Votre nouveau mot de passe est enregistré. Vous pouvez vous connecter avec lui.',
    linkInvalid: 'Ce lien n’est plus valable : il a déjà servi ou il est trop ancien.',
    newLink: 'Demander un nouveau lien',
    confirmTitle: 'Confirmer votre adresse e-mail',
    confirmIntro: 'Un clic, et nous saurons que l’adresse est bien la vôtre.',
    confirmFor:
      '{1} deviendra l’adresse du compte {0}. Ne la confirmez que si vous avez créé ce compte.',
    confirmAction: 'Confirmer l’adresse e-mail',
    confirmDone: 'Merci, votre adresse e-mail est confirmée.',
    resendIntro: 'Indiquez votre adresse e-mail, nous enverrons un nouveau lien.',
    resendAction: 'Envoyer un nouveau lien',
    resendDone:
      'Si cette adresse doit encore être confirmée, un message avec un lien est en route.',
    sentTitle: 'Consultez votre messagerie',
    sentIntro:
      'Nous vous avons envoyé un message. Suivez le lien qu’il contient pour confirmer votre adresse e-mail.',
    sentHelp: 'Rien reçu ? Regardez dans les indésirables ou demandez un nouveau lien.',
    continueLink: 'Continuer',
    accountTitle: 'Votre compte',
    profileHeading: 'À propos de vous',
    profileAction: 'Enregistrer',
    profileDone: 'Enregistré.',
    passwordHeading: 'Mot de passe',
    passwordAction: 'Changer le mot de passe',
    passwordDone: 'Votre mot de passe est changé.',
    socialHeading: 'Comptes associés',
    socialEmpty: 'Aucun compte n’est associé.',
    disconnectAction: 'Dissocier',
    socialAction: 'Continuer avec {0}',
    or: 'ou',
    connectAction: 'Associer {0}',
    sessionsHeading: 'Où vous êtes connecté',
    sessionsCurrent: 'Cet appareil',
    sessionsEnd: 'Déconnecter',
    sessionsEndOthers: 'Déconnecter partout ailleurs',
    signOutAction: 'Se déconnecter',
    signedOut: 'Vous êtes déconnecté.',
    pleaseSignIn: 'Veuillez vous connecter.',
    wait: 'Un instant…',
    username: 'Nom d’utilisateur',
    email: 'Adresse e-mail',
    usernameOrEmail: 'Nom d’utilisateur ou adresse e-mail',
    password: 'Mot de passe',
    passwordAgain: 'Mot de passe (encore)',
    newPassword: 'Nouveau mot de passe',
    newPasswordAgain: 'Nouveau mot de passe (encore)',
    oldPassword: 'Mot de passe actuel',
    firstName: 'Prénom',
    lastName: 'Nom de famille',
    optional: 'facultatif',
    errorSummary: 'Veuillez vérifier les champs signalés.',
    offline: 'Le service est injoignable. Veuillez réessayer dans un instant.',
    unexpected: 'Une erreur est survenue. Veuillez réessayer.',
    noScript: 'Ces pages ont besoin de JavaScript.',
  },
  messages: {
    'A server error occurred.': 'Une erreur du serveur est survenue.',
    'A user with that username already exists.': 'Un utilisateur avec ce nom existe déjà.',
    'Authentication credentials were not provided.':
      'Informations d’authentification non fournies.',
    'Authorization header must contain two space-delimited values':
      'L’en-tête Authorization doit contenir deux valeurs séparées par une espace',
    'CSRF Failed: {0}': 'Échec CSRF : {0}',
    'Could not satisfy the request Accept header.':
      'L’en-tête Accept de la requête n’a pas pu être satisfait.',
    'E-mail is not verified.': 'L’adresse e-mail n’est pas confirmée.',
    'Ensure this field has at least {0} characters.':
      'Assurez-vous que ce champ comporte au moins {0} caractères.',
    'Ensure this field has no more than {0} characters.':
      'Assurez-vous que ce champ comporte au plus {0} caractères.',
    'Enter a valid email address.': 'Saisissez une adresse e-mail valide.',
    'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
      'Saisissez un nom d’utilisateur valide. Il ne peut contenir que des lettres, des nombres ou les caractères « @ », « . », « + », « - » et « _ ».',
    'Failed to exchange code for access token':
      'Le code n’a pas pu être échangé contre un jeton d’accès',
    'Given token not valid for any token type':
      'Le jeton fourni n’est valide pour aucun type de jeton',
    'Incorrect input. access_token or code is required.':
      'Saisie incorrecte. access_token ou code est requis.',
    'Incorrect value': 'Valeur incorrecte',
    'Invalid data. Expected a dictionary, but got {0}.':
      'Données invalides. Un dictionnaire était attendu, mais {0} a été reçu.',
    'Invalid token header. No credentials provided.':
      'En-tête de jeton invalide. Aucune information fournie.',
    'Invalid token header. Token string should not contain invalid characters.':
      'En-tête de jeton invalide. Le jeton ne doit pas contenir de caractères invalides.',
    'Invalid token header. Token string should not contain spaces.':
      'En-tête de jeton invalide. Le jeton ne doit pas contenir d’espaces.',
    'Invalid token.': 'Jeton invalide.',
    'Invalid value': 'Valeur invalide',
    'JSON parse error - {0}': 'Erreur d’analyse JSON - {0}',
    'Method "{0}" not allowed.': 'Méthode « {0} » non autorisée.',
    'Multipart form parse error - {0}': 'Erreur d’analyse du formulaire multipart - {0}',
    'Must include "email" and "password".': '« email » et « password » sont requis.',
    'Must include "username" and "password".': '« username » et « password » sont requis.',
    'Must include either "username" or "email" and "password".':
      '« username » ou « email », ainsi que « password », sont requis.',
    'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.':
      'Ni les cookies ni la liste noire ne sont activés : le jeton n’a pas été supprimé côté serveur. Veillez à le supprimer côté client.',
    'New password has been saved.': 'Le nouveau mot de passe a été enregistré.',
    'No active account found for the given token.': 'Aucun compte actif trouvé pour ce jeton.',
    'No data provided': 'Aucune donnée fournie',
    'No valid refresh token found.': 'Aucun jeton de rafraîchissement valide trouvé.',
    'Not a valid string.': 'Chaîne de caractères non valide.',
    'Not found.': 'Pas trouvé.',
    'Null characters are not allowed.': 'Le caractère nul n’est pas autorisé.',
    'Password has been reset with the new password.':
      'Le mot de passe a été réinitialisé avec le nouveau.',
    'Password reset e-mail has been sent.':
      'Un e-mail de réinitialisation du mot de passe a été envoyé.',
    'Refresh token was not included in cookie data.':
      'Le jeton de rafraîchissement manque dans les cookies.',
    'Refresh token was not included in request data.':
      'Le jeton de rafraîchissement manque dans la requête.',
    'Request body exceeded the limit.': 'La requête est trop longue.',
    'Request was throttled. Expected available in {0} second.':
      'Requête ralentie. Disponible dans {0} seconde.',
    'Request was throttled. Expected available in {0} seconds.':
      'Requête ralentie. Disponible dans {0} secondes.',
    'Service temporarily unavailable, try again later.':
      'Service temporairement indisponible, réessayez plus tard.',
    'Successfully logged out.': 'Déconnexion réussie.',
    'The password is too similar to the {0}.':
      'Le mot de passe est trop semblable au champ « {0} ».',
    'The two password fields didn’t match.': 'Les deux mots de passe ne correspondent pas.',
    "The two password fields didn't match.": 'Les deux mots de passe ne correspondent pas.',
    "The user's password has been changed.": 'Le mot de passe de l’utilisateur a été changé.',
    'This field is required.': 'Ce champ est obligatoire.',
    'This field may not be blank.': 'Ce champ ne peut être vide.',
    'This field may not be null.': 'Ce champ ne peut être nul.',
    'This password is entirely numeric.': 'Ce mot de passe est entièrement numérique.',
    'This password is too common.': 'Ce mot de passe est trop courant.',
    'This password is too short. It must contain at least {0} character.':
      'Ce mot de passe est trop court. Il doit contenir au minimum {0} caractère.',
    'This password is too short. It must contain at least {0} characters.':
      'Ce mot de passe est trop court. Il doit contenir au minimum {0} caractères.',
    'Token contained no recognizable user identification':
      'Le jeton ne contient aucune identification d’utilisateur',
    'Token has no id': 'Le jeton n’a pas d’identifiant',
    'Token has wrong type': 'Le jeton n’est pas du bon type',
    'Token is blacklisted': 'Le jeton est sur liste noire',
    'Token is expired': 'Le jeton a expiré',
    'Token is invalid': 'Le jeton est invalide',
    'Token is invalid or expired': 'Le jeton est invalide ou a expiré',
    'Unable to log in with provided credentials.':
      'Connexion impossible avec les informations fournies.',
    'Unsupported media type "{0}" in request.': 'Type de média « {0} » non supporté.',
    'User inactive or deleted.': 'Utilisateur inactif ou supprimé.',
    'Sign-up is closed.': 'Les inscriptions sont fermées.',
    'The provider gave no e-mail address, and one is needed.':
      'Le fournisseur n’a donné aucune adresse e-mail, et il en faut une.',
    'User is already registered with this e-mail address.':
      'Un autre utilisateur utilise déjà cette adresse e-mail.',
    'User is inactive': 'L’utilisateur est inactif',
    'User not found': 'Utilisateur introuvable',
    'Username can not be used. Please use other username.':
      'Ce nom d’utilisateur ne peut pas être utilisé. Veuillez en choisir un autre.',
    'Verification e-mail sent.': 'E-mail de confirmation envoyé.',
    'You should be logged in to logout. Check whether the token is passed.':
      'Vous devez être connecté pour vous déconnecter. Vérifiez que le jeton est transmis.',
    'Your old password was entered incorrectly. Please enter it again.':
      'Votre ancien mot de passe est incorrect. Veuillez le rectifier.',
    'All other sessions have been ended.': 'Toutes les autres sessions ont été fermées.',
    'Invalid or expired state.': 'State invalide ou expiré.',
    'Request body could not be read.': 'La requête n’a pas pu être lue.',
    'Successfully logged out everywhere.': 'Déconnexion réussie partout.',
    'The third-party account is already connected to a different account.':
      'Le compte externe est déjà associé à un autre compte.',
    'This redirect URI is not allowed.': 'Cette URI de redirection n’est pas autorisée.',
    'You cannot disconnect your last remaining third-party account.':
      'Vous ne pouvez pas dissocier votre dernier compte externe.',
    'Your account has no password set up.': 'Votre compte n’a pas de mot de passe.',
    'email address': 'adresse e-mail',
    'first name': 'prénom',
    'last name': 'nom de famille',
    username: 'nom d’utilisateur',
  },
}
