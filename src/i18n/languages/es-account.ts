import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in Spanish: addresses, leaving, invitations. */
export const esAccount = {
  emails: {
    email_in_use: {
      subject: 'Tu dirección se ha indicado para otra cuenta',
      paragraphs: [
        'Hola {username}:',
        'Alguien quería añadir {address} a otra cuenta en {site}. Pertenece a la tuya y sigue en ella.',
        'Si has sido tú, quita primero la dirección de esta cuenta. Si no, no tienes que hacer nada.',
      ],
    },
    email_changed: {
      subject: 'Dirección de correo cambiada',
      paragraphs: [
        'Hola {username}:',
        'La dirección de correo de tu cuenta en {site} se ha cambiado. Hasta ahora era {address}.',
        'Si no has sido tú, deshazlo con el enlace: la cuenta recupera esta dirección, se cierran todas las sesiones y eliges una contraseña nueva.',
        '{url}',
      ],
      action: 'Deshacer el cambio',
    },
    email_added: {
      subject: 'Dirección de correo añadida',
      paragraphs: [
        'Hola {username}:',
        'Se ha añadido y confirmado otra dirección de correo en tu cuenta de {site}. Quien la lea puede elegir una contraseña nueva.',
        'Si no has sido tú, deshazlo con el enlace: la otra dirección desaparece, se cierran todas las sesiones y eliges una contraseña nueva.',
        '{url}',
      ],
      action: 'Deshacer el cambio',
    },
    email_removed: {
      subject: 'Dirección de correo eliminada',
      paragraphs: [
        'Hola {username}:',
        '{address} se ha eliminado de tu cuenta en {site}.',
        'Si no has sido tú, pide enseguida una contraseña nueva.',
        '{url}',
      ],
      action: 'Pedir una contraseña nueva',
    },
    account_deletion: {
      subject: 'Tu cuenta se eliminará',
      paragraphs: [
        'Hola {username}:',
        'Tu cuenta en {site} está bloqueada y se eliminará dentro de {days} días, como has pedido.',
        'Si quieres conservarla, o si no has sido tú, deshazlo hasta entonces con el enlace.',
        '{url}',
      ],
      action: 'Conservar mi cuenta',
    },
    account_deleted: {
      subject: 'Tu cuenta se ha eliminado',
      paragraphs: [
        'Hola:',
        'La cuenta en {site} que tenía la dirección {address} se ha eliminado, como se pidió. No tienes que hacer nada más.',
      ],
    },
    invitation: {
      subject: 'Has recibido una invitación',
      paragraphs: [
        'Hola:',
        'Te invitan a crear una cuenta en {site} con la dirección {address}. Sigue el enlace en un plazo de {days} días.',
        '{url}',
        'Si no la quieres, no tienes que hacer nada.',
      ],
      action: 'Crear mi cuenta',
    },
  },
  pages: {
    undoTitle: 'Deshacer el cambio',
    undoEmailIntro:
      'La cuenta recupera su dirección anterior, se cierran todas las sesiones y recibes un enlace para elegir una contraseña nueva.',
    undoAction: 'Deshacer el cambio',
    undoEmailDone: 'Deshecho. Te hemos enviado un enlace para elegir una contraseña nueva.',
    undoDeletionIntro: 'La cuenta se vuelve a abrir como estaba. Inicias sesión como siempre.',
    undoDeletionDone: 'Tu cuenta se conserva. Puedes iniciar sesión.',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
