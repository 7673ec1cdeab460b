import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in Spanish. */
export const esMailedLogin = {
  login_code: {
    subject: 'Tu código de acceso',
    paragraphs: [
      'Hola, {username}:',
      'Tu código para iniciar sesión en {site}:',
      '{code}',
      'Sirve una sola vez y durante unos minutos. Nadie de {site} te lo pedirá nunca.',
      'Si no lo has pedido tú, no tienes que hacer nada.',
    ],
  },
  login_link: {
    subject: 'Tu enlace de acceso',
    paragraphs: [
      'Hola, {username}:',
      'Sigue el enlace para iniciar sesión en {site}. Sirve una sola vez y durante unos minutos.',
      '{url}',
      'Si no lo has pedido tú, no lo sigas.',
    ],
    action: 'Iniciar sesión',
  },
  confirm_email_code: {
    subject: 'Confirma tu dirección de correo',
    paragraphs: [
      'Hola, {username}:',
      'Se indicó {address} como dirección de correo de una cuenta en {site}. Este código confirma que es tuya:',
      '{code}',
      'Si no la has indicado tú, no tienes que hacer nada.',
    ],
  },
  password_reset_code: {
    subject: 'Código para una contraseña nueva',
    paragraphs: [
      'Hola:',
      'Se pidió una contraseña nueva en {site}. Con este código puedes elegir una:',
      '{code}',
      'Si no has sido tú, tu contraseña sigue igual.',
      'Para que conste: tu nombre de usuario es {username}.',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
