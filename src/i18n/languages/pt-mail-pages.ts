import type { enMailPages } from './en-mail-pages.ts'

/** What the pages say of signing in by mail and of the own addresses, in Portuguese. */
export const ptMailPages: Readonly<Record<keyof typeof enMailPages, string>> = {
  codeTitle: 'Entrar com um código',
  codeOffer: 'Entrar com um código por e-mail',
  codeIntro: 'Enviamos a você um código que serve para entrar uma vez.',
  codeAction: 'Enviar um código',
  codeMailed: 'Se uma conta tiver este endereço, um e-mail com um código está a caminho.',
  codeLabel: 'Código do e-mail',
  codeExpired: 'Este código não vale mais. Peça outro.',
  linkTitle: 'Entrar com um link',
  linkOffer: 'Entrar com um link por e-mail',
  linkIntro: 'Enviamos a você um link que serve para entrar uma vez.',
  linkAction: 'Enviar um link',
  linkClick: 'Um clique, e você entrou.',
  forgotCodeIntro: 'Diga-nos o seu e-mail, e enviamos um código para escolher uma nova senha.',
  forgotCodeAction: 'Enviar o código',
  confirmCodeIntro:
    'Enviamos um e-mail a você. Digite o código que está nele para confirmar o seu e-mail.',
  resendCodeIntro: 'Diga-nos o seu e-mail, e enviamos um novo código.',
  resendCodeAction: 'Enviar um novo código',
  emailsHeading: 'Endereços de e-mail',
  emailPrimary: 'principal',
  emailUnconfirmed: 'não confirmado',
  emailMakePrimary: 'Tornar principal',
  emailAdd: 'Adicionar um endereço',
  emailAdded: 'Enviamos um e-mail a este endereço. Siga o link que está nele.',
  emailResend: 'Enviar o e-mail de novo',
  emailResent: 'O e-mail está a caminho.',
  emailRemoved: 'O endereço foi excluído.',
  emailChanged: 'Este é agora o seu endereço principal.',
}
