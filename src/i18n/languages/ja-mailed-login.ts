import type { EmailText, MailedLoginKind } from '../email-text.ts'

/** Mails with a code, or a link that logs in, in Japanese. */
export const jaMailedLogin = {
  login_code: {
    subject: 'ログインコードのお知らせ',
    paragraphs: [
      '{username} 様',
      '{site} にログインするためのコード:',
      '{code}',
      '一度だけ、数分間に限り有効です。{site} の者がこのコードをお尋ねすることはありません。',
      'お心当たりがない場合は、何もする必要はありません。',
    ],
  },
  login_link: {
    subject: 'ログインリンクのお知らせ',
    paragraphs: [
      '{username} 様',
      'リンクを開いて {site} にログインしてください。一度だけ、数分間に限り有効です。',
      '{url}',
      'お心当たりがない場合は、開かないでください。',
    ],
    action: 'ログイン',
  },
  confirm_email_code: {
    subject: 'メールアドレスの確認',
    paragraphs: [
      '{username} 様',
      '{address} が {site} のアカウントのメールアドレスとして登録されました。ご本人のものであることを確認するコード:',
      '{code}',
      'お心当たりがない場合は、何もする必要はありません。',
    ],
  },
  password_reset_code: {
    subject: 'パスワード再設定コード',
    paragraphs: [
      'お客様',
      '{site} でパスワードの再設定が求められました。このコードで新しいパスワードを設定できます:',
      '{code}',
      'お心当たりがない場合、パスワードは変わりません。',
      'ご参考: ユーザー名は {username} です。',
    ],
  },
} as const satisfies Readonly<Record<MailedLoginKind, EmailText>>
