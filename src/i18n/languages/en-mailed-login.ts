import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in English. */
export const enMailedLogin = {
  login_code: {
    subject: 'Your Sign-In Code',
    paragraphs: [
      'Hello {username},',
      'Your code for signing in at {site}:',
      '{code}',
      'It is good once, and for a few minutes only. Nobody from {site} will ever ask you for it.',
      'If it was not you who asked, there is nothing to do.',
    ],
  },
  login_link: {
    subject: 'Your Sign-In Link',
    paragraphs: [
      'Hello {username},',
      'Follow the link to sign in at {site}. It is good once, and for a few minutes only.',
      '{url}',
      'If it was not you who asked, do not follow it.',
    ],
    action: 'Sign in',
  },
  confirm_email_code: {
    subject: 'Please Confirm Your Email Address',
    paragraphs: [
      'Hello {username},',
      '{address} was given as the e-mail address of an account at {site}. This code confirms that it is yours:',
      '{code}',
      'If it was not you who gave it, there is nothing to do.',
    ],
  },
  password_reset_code: {
    subject: 'Password Reset Code',
    paragraphs: [
      'Hello,',
      'A new password was asked for at {site}. With this code you choose one:',
      '{code}',
      'If it was not you who asked, your password stays as it is.',
      'For the record: your username is {username}.',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
