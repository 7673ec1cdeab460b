import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in Portuguese. */
export const ptMailedLogin = {
  login_code: {
    subject: 'Seu código de acesso',
    paragraphs: [
      'Olá, {username},',
      'Seu código para entrar em {site}:',
      '{code}',
      'Ele vale uma vez e só por alguns minutos. Ninguém de {site} vai pedi-lo a você.',
      'Se não foi você quem pediu, não há nada a fazer.',
    ],
  },
  login_link: {
    subject: 'Seu link de acesso',
    paragraphs: [
      'Olá, {username},',
      'Siga o link para entrar em {site}. Ele vale uma vez e só por alguns minutos.',
      '{url}',
      'Se não foi você quem pediu, não o siga.',
    ],
    action: 'Entrar',
  },
  confirm_email_code: {
    subject: 'Confirme seu endereço de e-mail',
    paragraphs: [
      'Olá, {username},',
      '{address} foi indicado como endereço de e-mail de uma conta em {site}. Este código confirma que ele é seu:',
      '{code}',
      'Se não foi você quem o indicou, não há nada a fazer.',
    ],
  },
  password_reset_code: {
    subject: 'Código para uma nova senha',
    paragraphs: [
      'Olá,',
      'Foi pedida uma nova senha em {site}. Com este código você escolhe uma:',
      '{code}',
      'Se não foi você, sua senha continua a mesma.',
      'Para constar: seu nome de usuário é {username}.',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
