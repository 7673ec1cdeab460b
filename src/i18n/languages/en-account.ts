import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in English: addresses, leaving, invitations. */
export const enAccount = {
  emails: {
    email_in_use: {
      subject: 'Your Address Was Given for Another Account',
      paragraphs: [
        'Hello {username},',
        'Somebody wanted to add {address} to another account at {site}. It belongs to yours, and stays there.',
        'If it was you, take the address out of this account first. Else there is nothing to do.',
      ],
    },
    email_changed: {
      subject: 'E-mail Address Changed',
      paragraphs: [
        'Hello {username},',
        'The e-mail address of your account at {site} was changed. Until then it was {address}.',
        'If it was not you, undo it by the link: the account gets this address back, everybody is logged out, and you set a new password.',
        '{url}',
      ],
      action: 'Undo the change',
    },
    email_added: {
      subject: 'E-mail Address Added',
      paragraphs: [
        'Hello {username},',
        'Another e-mail address was added to your account at {site} and confirmed. Who reads it can set a new password.',
        'If it was not you, undo it by the link: the other address goes, everybody is logged out, and you set a new password.',
        '{url}',
      ],
      action: 'Undo the change',
    },
    email_removed: {
      subject: 'E-mail Address Removed',
      paragraphs: [
        'Hello {username},',
        '{address} was removed from your account at {site}.',
        'If it was not you, ask for a new password at once.',
        '{url}',
      ],
      action: 'Ask for a new password',
    },
    account_deletion: {
      subject: 'Your Account Will Be Deleted',
      paragraphs: [
        'Hello {username},',
        'Your account at {site} is locked and will be deleted in {days} days, as you asked.',
        'If you want to keep it, or if it was not you, undo it by the link until then.',
        '{url}',
      ],
      action: 'Keep my account',
    },
    account_deleted: {
      subject: 'Your Account Was Deleted',
      paragraphs: [
        'Hello,',
        'The account at {site} that had the address {address} was deleted, as was asked for. Nothing is left to do.',
      ],
    },
    invitation: {
      subject: 'You Are Invited',
      paragraphs: [
        'Hello,',
        'You are invited to make an account at {site} with the address {address}. Follow the link within {days} days.',
        '{url}',
        'If you do not want one, there is nothing to do.',
      ],
      action: 'Create my account',
    },
  },
  pages: {
    undoTitle: 'Undo the change',
    undoEmailIntro:
      'The account gets its former address back, everybody is logged out, and you get a mail with a link for a new password.',
    undoAction: 'Undo the change',
    undoEmailDone: 'Undone. We have sent you a link for a new password.',
    undoDeletionIntro: 'The account is opened again as it was. You sign in as ever.',
    undoDeletionDone: 'Your account is kept. You can sign in.',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
