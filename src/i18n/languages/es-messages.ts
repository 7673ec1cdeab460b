import type { MessageWords } from '../words.ts'

/** The API's messages in Spanish. */
export const esMessages: MessageWords = {
  'A server error occurred.': 'Se ha producido un error en el servidor.',
  'A user with that username already exists.': 'Ya existe un usuario con este nombre.',
  'Authentication credentials were not provided.':
    'Las credenciales de autenticación no se proveyeron.',
  'Authorization header must contain two space-delimited values':
    'El encabezado Authorization debe contener dos valores separados por un espacio',
  'CSRF Failed: {0}': 'CSRF ha fallado: {0}',
  'Could not satisfy the request Accept header.':
    'No se ha podido satisfacer el encabezado Accept de la solicitud.',
  'E-mail is not verified.': 'La dirección de correo no está verificada.',
  'Ensure this field has at least {0} characters.':
    'Asegúrese de que este campo tenga al menos {0} caracteres.',
  'Ensure this field has no more than {0} characters.':
    'Asegúrese de que este campo no tenga más de {0} caracteres.',
  'Enter a valid email address.': 'Introduzca una dirección de correo electrónico válida.',
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
    'Introduzca un nombre de usuario válido. Solo puede contener letras, números y los caracteres @/./+/-/_.',
  'Failed to exchange code for access token':
    'No se ha podido cambiar el código por un token de acceso',
  'Given token not valid for any token type':
    'El token dado no es válido para ningún tipo de token',
  'Incorrect input. access_token or code is required.':
    'Entrada incorrecta. Se requiere access_token o code.',
  'Incorrect value': 'Valor incorrecto',
  'Invalid data. Expected a dictionary, but got {0}.':
    'Datos inválidos. Se esperaba un diccionario pero es un {0}.',
  'Invalid token header. No credentials provided.':
    'Encabezado token inválido. Las credenciales no fueron provistas.',
  'Invalid token header. Token string should not contain invalid characters.':
    'Encabezado token inválido. La cadena token no debe contener caracteres inválidos.',
  'Invalid token header. Token string should not contain spaces.':
    'Encabezado token inválido. La cadena token no debe contener espacios.',
  'Invalid token.': 'Token inválido.',
  'Invalid value': 'Valor inválido',
  'JSON parse error - {0}': 'Error de análisis JSON - {0}',
  'Method "{0}" not allowed.': 'Método "{0}" no permitido.',
  'Multipart form parse error - {0}': 'Error de análisis del formulario multipart - {0}',
  'Must include "email" and "password".': 'Debe incluir "email" y "password".',
  'Must include "username" and "password".': 'Debe incluir "username" y "password".',
  'Must include either "username" or "email" and "password".':
    'Debe incluir "username" o "email" y "password".',
  'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.':
    'Ni las cookies ni la lista negra están activadas, así que el token no se ha borrado en el servidor. Asegúrese de borrarlo en el cliente.',
  'New password has been saved.': 'La contraseña nueva se ha guardado.',
  'No active account found for the given token.':
    'No se ha encontrado una cuenta activa para este token.',
  'No data provided': 'No se han enviado datos',
  'No valid refresh token found.': 'No se ha encontrado un token de renovación válido.',
  'Not a valid string.': 'No es una cadena válida.',
  'Not found.': 'No encontrado.',
  'No WebAuthnCredential matches the given query.': 'Esta clave de acceso no existe.',
  'Null characters are not allowed.': 'Los caracteres nulos no están permitidos.',
  'Password has been reset with the new password.':
    'La contraseña se ha restablecido con la nueva.',
  'Password reset e-mail has been sent.': 'Se ha enviado el correo para restablecer la contraseña.',
  'Refresh token was not included in cookie data.':
    'El token de renovación no está en las cookies.',
  'Refresh token was not included in request data.':
    'El token de renovación no está en la solicitud.',
  'Request body exceeded the limit.': 'La solicitud es demasiado grande.',
  'Request was throttled. Expected available in {0} second.':
    'Solicitud fue regulada (throttled). Se espera que esté disponible en {0} segundo.',
  'Request was throttled. Expected available in {0} seconds.':
    'Solicitud fue regulada (throttled). Se espera que esté disponible en {0} segundos.',
  'Service temporarily unavailable, try again later.':
    'Servicio no disponible temporalmente, inténtelo más tarde.',
  'Successfully logged out.': 'Sesión cerrada correctamente.',
  'The password is too similar to the {0}.': 'La contraseña se parece demasiado a: {0}.',
  'The two password fields didn’t match.': 'Los dos campos de contraseña no coinciden.',
  "The two password fields didn't match.": 'Los dos campos de contraseña no coinciden.',
  "The user's password has been changed.": 'La contraseña del usuario se ha cambiado.',
  'This email address is already associated with this account.':
    'Esta dirección de correo ya está asociada a esta cuenta.',
  'You cannot add more than {0} email addresses.':
    'No puedes añadir más de {0} direcciones de correo.',
  'This email address is already verified.': 'Esta dirección de correo ya está confirmada.',
  'Your primary email address must be verified.':
    'Tu dirección de correo principal debe estar confirmada.',
  'You cannot remove your primary email address ({0}).':
    'No puedes eliminar tu dirección de correo principal ({0}).',
  'The change has been undone. A link for a new password is on its way.':
    'El cambio se ha deshecho. Un enlace para una contraseña nueva está en camino.',
  'Another account has this email address by now.':
    'Otra cuenta tiene ya esta dirección de correo.',
  'Your account will be deleted.': 'Tu cuenta se eliminará.',
  'Your account has been deleted.': 'Tu cuenta se ha eliminado.',
  'Your account will not be deleted.': 'Tu cuenta no se eliminará.',
  'This invitation is not valid for this email address.':
    'Esta invitación no es válida para esta dirección de correo.',
  'This field is required.': 'Este campo es requerido.',
  'This field may not be blank.': 'Este campo no puede estar en blanco.',
  'This field may not be null.': 'Este campo no puede ser nulo.',
  'This password has appeared in a data breach.':
    'Esta contraseña ha aparecido en una filtración de datos.',
  'This password is entirely numeric.': 'La contraseña está formada completamente por dígitos.',
  'This password is too common.': 'Esta contraseña es demasiado común.',
  'This password is too short. It must contain at least {0} character.':
    'Esta contraseña es demasiado corta. Debe contener al menos {0} caracter.',
  'This password is too short. It must contain at least {0} characters.':
    'Esta contraseña es demasiado corta. Debe contener al menos {0} caracteres.',
  'Token contained no recognizable user identification':
    'El token no contenía identificación de usuario reconocible',
  'Token has no id': 'El token no tiene id',
  'Token has wrong type': 'El token tiene un tipo incorrecto',
  'Token is blacklisted': 'El token está en la lista negra',
  'Token is expired': 'El token ha caducado',
  'Token is invalid': 'El token es inválido',
  'Token is invalid or expired': 'El token es inválido o ha expirado',
  'Unable to log in with provided credentials.':
    'No puede iniciar sesión con las credenciales proporcionadas.',
  'Unsupported media type "{0}" in request.': 'Tipo de medio "{0}" incompatible en la solicitud.',
  'User inactive or deleted.': 'Usuario inactivo o borrado.',
  'Sign-up is closed.': 'El registro está cerrado.',
  'The provider gave no e-mail address, and one is needed.':
    'El proveedor no ha dado ninguna dirección de correo electrónico y se necesita una.',
  'User is already registered with this e-mail address.':
    'Ya hay un usuario registrado con esta dirección de correo.',
  'User is inactive': 'El usuario está inactivo',
  'User not found': 'Usuario no encontrado',
  'Username can not be used. Please use other username.':
    'Este nombre de usuario no se puede usar. Elija otro.',
  'Verification e-mail sent.': 'Correo de verificación enviado.',
  'You do not have permission to perform this action.':
    'No tiene permiso para realizar esta acción.',
  'You should be logged in to logout. Check whether the token is passed.':
    'Debe haber iniciado sesión para cerrarla. Compruebe si se envía el token.',
  'Your old password was entered incorrectly. Please enter it again.':
    'Su contraseña antigua es incorrecta. Por favor, vuelva a introducirla.',
  'All other sessions have been ended.': 'Se han cerrado todas las demás sesiones.',
  'Invalid or expired state.': 'State inválido o caducado.',
  'Request body could not be read.': 'No se ha podido leer la solicitud.',
  'Successfully logged out everywhere.': 'Se han cerrado todas las sesiones.',
  'The third-party account is already connected to a different account.':
    'La cuenta externa ya está conectada a otra cuenta.',
  'This redirect URI is not allowed.': 'Esta URI de redirección no está permitida.',
  'You cannot disconnect your last remaining third-party account.':
    'No puedes desconectar tu última cuenta externa.',
  'Your account has no password set up.': 'Tu cuenta no tiene contraseña definida.',
  'Invalid or expired token.': 'Token no válido o caducado.',
  'User account is disabled.': 'La cuenta de usuario está desactivada.',
  'Invalid code.': 'Código no válido.',
  'Invalid code. Please check your authenticator app and try again.':
    'Código no válido. Mira tu aplicación de autenticación e inténtalo de nuevo.',
  'MFA is already enabled. Deactivate it before activating again.':
    'La autenticación de dos factores ya está activada. Desactívala antes de activarla de nuevo.',
  'MFA is not enabled.': 'La autenticación de dos factores no está activada.',
  'Invalid or expired activation token.': 'Token de activación no válido o caducado.',
  'Invalid activation token for this user.': 'El token de activación no es de este usuario.',
  'TOTP has been deactivated.': 'Se ha desactivado la autenticación de dos factores.',
  'You cannot activate two-factor authentication until you have verified your email address.':
    'No puedes activar la autenticación de dos factores hasta que hayas verificado tu dirección de correo.',
  'Registration challenge has expired. Please start over.':
    'El registro ha caducado. Empieza de nuevo.',
  'Registration verification failed.': 'No se ha podido verificar la clave de acceso.',
  'This credential is already registered.': 'Esta clave de acceso ya está registrada.',
  'Authentication challenge has expired. Please start over.':
    'El inicio de sesión ha caducado. Empieza de nuevo.',
  'Authentication verification failed.': 'No se ha podido verificar la clave de acceso.',
  'Credential not found.': 'Clave de acceso desconocida.',
  'Invalid credential format.': 'Formato de clave de acceso no válido.',
  'Passkey RP settings (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) must be configured.':
    'Faltan los ajustes de las claves de acceso (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS).',
  'This value does not match the required pattern.':
    'Este valor no coincide con el patrón requerido.',
  'Value must be valid JSON.': 'El valor debe ser JSON válido.',
  'Please confirm that it is you, then try again.': 'Confirma que eres tú y vuelve a intentarlo.',
  'Incorrect password.': 'Contraseña incorrecta.',
  'Must include "password", "code" or "credential".':
    'Se requiere "password", "code" o "credential".',
  'If the address is known, a mail is on its way.':
    'Si la dirección es conocida, hay un correo en camino.',
  'You are acting as somebody else, who alone may do this.':
    'Estás actuando como otra persona; solo ella puede hacer esto.',
  'String value too large.': 'El texto es demasiado largo.',
  'A valid integer is required.': 'Introduce un número entero válido.',
  'Ensure this value is greater than or equal to {0}.': 'Este valor debe ser mayor o igual a {0}.',
  'Ensure this value is less than or equal to {0}.': 'Este valor debe ser menor o igual a {0}.',
  'Must be a valid boolean.': 'Debe ser verdadero o falso.',
  'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.':
    'La fecha tiene un formato erróneo. Usa este formato: YYYY-MM-DD.',
  '"{0}" is not a valid choice.': '"{0}" no es una elección válida.',
  'Enter a valid URL.': 'Introduce una URL válida.',
  'Enter a valid phone number.': 'Introduce un número de teléfono válido.',
  'Ensure this value has no more than {0} bytes.': 'Este valor no puede tener más de {0} bytes.',
  'This field must be unique.': 'Este valor ya está en uso.',
  'This is not possible at the moment.': 'Esto no es posible en este momento.',
  'email address': 'dirección de correo',
  'first name': 'nombre',
  'last name': 'apellidos',
  username: 'nombre de usuario',
}
