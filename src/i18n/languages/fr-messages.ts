import type { MessageWords } from '../words.ts'

/** The API's messages in French. */
export const frMessages: MessageWords = {
  'A server error occurred.': 'Une erreur du serveur est survenue.',
  'A user with that username already exists.': 'Un utilisateur avec ce nom existe déjà.',
  'Authentication credentials were not provided.': 'Informations d’authentification non fournies.',
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
  'No WebAuthnCredential matches the given query.': 'Cette clé d’accès n’existe pas.',
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
  'The password is too similar to the {0}.': 'Le mot de passe est trop semblable au champ « {0} ».',
  'The two password fields didn’t match.': 'Les deux mots de passe ne correspondent pas.',
  "The two password fields didn't match.": 'Les deux mots de passe ne correspondent pas.',
  "The user's password has been changed.": 'Le mot de passe de l’utilisateur a été changé.',
  'This email address is already associated with this account.':
    'Cette adresse e-mail est déjà associée à ce compte.',
  'You cannot add more than {0} email addresses.':
    'Vous ne pouvez pas ajouter plus de {0} adresses e-mail.',
  'This email address is already verified.': 'Cette adresse e-mail est déjà confirmée.',
  'Your primary email address must be verified.':
    'Votre adresse e-mail principale doit être confirmée.',
  'You cannot remove your primary email address ({0}).':
    'Vous ne pouvez pas supprimer votre adresse e-mail principale ({0}).',
  'The change has been undone. A link for a new password is on its way.':
    'La modification est annulée. Un lien pour un nouveau mot de passe est en route.',
  'Another account has this email address by now.':
    'Un autre compte a cette adresse e-mail entre-temps.',
  'Your account will be deleted.': 'Votre compte sera supprimé.',
  'Your account has been deleted.': 'Votre compte a été supprimé.',
  'Your account will not be deleted.': 'Votre compte ne sera pas supprimé.',
  'This invitation is not valid for this email address.':
    'Cette invitation n’est pas valable pour cette adresse e-mail.',
  'This field is required.': 'Ce champ est obligatoire.',
  'This field may not be blank.': 'Ce champ ne peut être vide.',
  'This field may not be null.': 'Ce champ ne peut être nul.',
  'This password has appeared in a data breach.':
    'Ce mot de passe figure dans une fuite de données.',
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
  'You do not have permission to perform this action.':
    "Vous n'avez pas la permission d'effectuer cette action.",
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
  'Invalid or expired token.': 'Jeton non valide ou expiré.',
  'User account is disabled.': 'Ce compte est désactivé.',
  'Invalid code.': 'Code non valide.',
  'Invalid code. Please check your authenticator app and try again.':
    'Code non valide. Vérifiez votre application d’authentification et réessayez.',
  'MFA is already enabled. Deactivate it before activating again.':
    'La double authentification est déjà activée. Désactivez-la avant de l’activer à nouveau.',
  'MFA is not enabled.': 'La double authentification n’est pas activée.',
  'Invalid or expired activation token.': 'Jeton d’activation non valide ou expiré.',
  'Invalid activation token for this user.':
    'Ce jeton d’activation n’est pas celui de cet utilisateur.',
  'TOTP has been deactivated.': 'La double authentification a été désactivée.',
  'You cannot activate two-factor authentication until you have verified your email address.':
    'Vous devez vérifier votre adresse e-mail avant d’activer la double authentification.',
  'Registration challenge has expired. Please start over.':
    'L’enregistrement a expiré. Veuillez recommencer.',
  'Registration verification failed.': 'La vérification de la clé d’accès a échoué.',
  'This credential is already registered.': 'Cette clé d’accès est déjà enregistrée.',
  'Authentication challenge has expired. Please start over.':
    'La connexion a expiré. Veuillez recommencer.',
  'Authentication verification failed.': 'La vérification de la clé d’accès a échoué.',
  'Credential not found.': 'Clé d’accès inconnue.',
  'Invalid credential format.': 'Format de clé d’accès non valide.',
  'Passkey RP settings (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) must be configured.':
    'Les réglages des clés d’accès (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) manquent.',
  'This value does not match the required pattern.':
    'Cette valeur ne satisfait pas le motif imposé.',
  'Value must be valid JSON.': 'La valeur doit être un JSON valide.',
  'Please confirm that it is you, then try again.':
    'Veuillez confirmer que c’est bien vous, puis réessayez.',
  'Incorrect password.': 'Mot de passe incorrect.',
  'Must include "password", "code" or "credential".':
    '"password", "code" ou "credential" est requis.',
  'If the address is known, a mail is on its way.':
    'Si l’adresse est connue, un e-mail est en route.',
  'You are acting as somebody else, who alone may do this.':
    'Vous agissez au nom de quelqu’un d’autre, qui seul peut faire cela.',
  'String value too large.': 'Le texte est trop long.',
  'A valid integer is required.': 'Un nombre entier valide est requis.',
  'Ensure this value is greater than or equal to {0}.':
    'Cette valeur doit être supérieure ou égale à {0}.',
  'Ensure this value is less than or equal to {0}.':
    'Cette valeur doit être inférieure ou égale à {0}.',
  'Must be a valid boolean.': 'Doit être vrai ou faux.',
  'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.':
    'La date n’a pas le bon format. Utilise plutôt celui-ci : YYYY-MM-DD.',
  '"{0}" is not a valid choice.': '"{0}" n’est pas un choix valide.',
  'Enter a valid URL.': 'Saisis une URL valide.',
  'Enter a valid phone number.': 'Saisis un numéro de téléphone valide.',
  'Ensure this value has no more than {0} bytes.': 'Cette valeur ne doit pas dépasser {0} octets.',
  'This field must be unique.': 'Cette valeur est déjà prise.',
  'This is not possible at the moment.': 'Ce n’est pas possible pour le moment.',
  'email address': 'adresse e-mail',
  'first name': 'prénom',
  'last name': 'nom de famille',
  username: 'nom d’utilisateur',
}
