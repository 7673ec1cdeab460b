import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in Portuguese: addresses, leaving, invitations. */
export const ptAccount = {
  emails: {
    email_in_use: {
      subject: 'Seu endereço foi indicado para outra conta',
      paragraphs: [
        'Olá, {username},',
        'Alguém quis adicionar {address} a outra conta em {site}. Ele pertence à sua e continua nela.',
        'Se foi você, retire primeiro o endereço desta conta. Caso contrário, não precisa fazer nada.',
      ],
    },
    email_changed: {
      subject: 'Endereço de e-mail alterado',
      paragraphs: [
        'Olá, {username},',
        'O endereço de e-mail da sua conta em {site} foi alterado. Até então era {address}.',
        'Se não foi você, desfaça pelo link: a conta recebe este endereço de volta, todas as sessões são encerradas e você define uma nova senha.',
        '{url}',
      ],
      action: 'Desfazer a alteração',
    },
    email_added: {
      subject: 'Endereço de e-mail adicionado',
      paragraphs: [
        'Olá, {username},',
        'Outro endereço de e-mail foi adicionado à sua conta em {site} e confirmado. Quem o lê pode definir uma nova senha.',
        'Se não foi você, desfaça pelo link: o outro endereço sai, todas as sessões são encerradas e você define uma nova senha.',
        '{url}',
      ],
      action: 'Desfazer a alteração',
    },
    email_removed: {
      subject: 'Endereço de e-mail removido',
      paragraphs: [
        'Olá, {username},',
        '{address} foi removido da sua conta em {site}.',
        'Se não foi você, peça já uma nova senha.',
        '{url}',
      ],
      action: 'Pedir uma nova senha',
    },
    account_deletion: {
      subject: 'Sua conta será excluída',
      paragraphs: [
        'Olá, {username},',
        'Sua conta em {site} está bloqueada e será excluída em {days} dias, como você pediu.',
        'Se quiser mantê-la, ou se não foi você, desfaça pelo link até lá.',
        '{url}',
      ],
      action: 'Manter minha conta',
    },
    account_deleted: {
      subject: 'Sua conta foi excluída',
      paragraphs: [
        'Olá,',
        'A conta em {site} que tinha o endereço {address} foi excluída, como pedido. Não há mais nada a fazer.',
      ],
    },
    invitation: {
      subject: 'Você recebeu um convite',
      paragraphs: [
        'Olá,',
        'Você foi convidado a criar uma conta em {site} com o endereço {address}. Siga o link dentro de {days} dias.',
        '{url}',
        'Se não quiser, não precisa fazer nada.',
      ],
      action: 'Criar minha conta',
    },
  },
  pages: {
    undoTitle: 'Desfazer a alteração',
    undoEmailIntro:
      'A conta recebe o endereço anterior de volta, todas as sessões são encerradas e você recebe um link para definir uma nova senha.',
    undoAction: 'Desfazer a alteração',
    undoEmailDone: 'Desfeito. Enviamos a você um link para definir uma nova senha.',
    undoDeletionIntro: 'A conta é reaberta como estava. Você entra como sempre.',
    undoDeletionDone: 'Sua conta foi mantida. Você pode entrar.',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
