import type { enMailPages } from './en-mail-pages.ts'

/** What the pages say of signing in by mail and of the own addresses, in Spanish. */
export const esMailPages: Readonly<Record<keyof typeof enMailPages, string>> = {
  codeTitle: 'Entrar con un código',
  codeOffer: 'Entrar con un código por correo',
  codeIntro: 'Te enviamos un código que te deja entrar una vez.',
  codeAction: 'Enviarme un código',
  codeMailed: 'Si una cuenta tiene esta dirección, un correo con un código está en camino.',
  codeLabel: 'Código del correo',
  codeExpired: 'Este código ya no vale. Pide otro.',
  linkTitle: 'Entrar con un enlace',
  linkOffer: 'Entrar con un enlace por correo',
  linkIntro: 'Te enviamos un enlace que te deja entrar una vez.',
  linkAction: 'Enviarme un enlace',
  linkClick: 'Un clic y estás dentro.',
  forgotCodeIntro:
    'Dinos tu correo electrónico y te enviamos un código para elegir una contraseña nueva.',
  forgotCodeAction: 'Enviar el código',
  confirmCodeIntro:
    'Te hemos enviado un correo. Escribe el código que contiene para confirmar tu correo electrónico.',
  resendCodeIntro: 'Dinos tu correo electrónico y enviamos un código nuevo.',
  resendCodeAction: 'Enviar un código nuevo',
  emailsHeading: 'Direcciones de correo',
  emailPrimary: 'principal',
  emailUnconfirmed: 'sin confirmar',
  emailMakePrimary: 'Hacerla principal',
  emailAdd: 'Añadir una dirección',
  emailAdded: 'Hemos enviado un correo a esta dirección. Sigue el enlace que contiene.',
  emailResend: 'Enviar el correo otra vez',
  emailResent: 'El correo está en camino.',
  emailRemoved: 'La dirección está eliminada.',
  emailChanged: 'Esta es ahora tu dirección principal.',
}
