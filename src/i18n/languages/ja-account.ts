import type { EmailText } from '../email-text.ts'

/** What accounts do with themselves, in Japanese: addresses, leaving, invitations. */
export const jaAccount = {
  emails: {
    email_in_use: {
      subject: 'あなたのメールアドレスが別のアカウントに入力されました',
      paragraphs: [
        '{username} 様',
        '{site} の別のアカウントに {address} を追加しようとした人がいます。このアドレスはあなたのアカウントのもので、そのまま変わりません。',
        'ご自身で行った場合は、先にこのアカウントからアドレスを削除してください。それ以外の場合は、何もする必要はありません。',
      ],
    },
    email_changed: {
      subject: 'メールアドレスが変更されました',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントのメールアドレスが変更されました。これまでのアドレスは {address} です。',
        '心当たりがない場合は、リンクから取り消してください。アドレスが元に戻り、すべての端末からログアウトされ、新しいパスワードを設定できます。',
        '{url}',
      ],
      action: '変更を取り消す',
    },
    email_added: {
      subject: 'メールアドレスが追加されました',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントに別のメールアドレスが追加され、確認されました。そのメールを読める人は新しいパスワードを設定できます。',
        '心当たりがない場合は、リンクから取り消してください。追加されたアドレスが削除され、すべての端末からログアウトされ、新しいパスワードを設定できます。',
        '{url}',
      ],
      action: '変更を取り消す',
    },
    email_removed: {
      subject: 'メールアドレスが削除されました',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントから {address} が削除されました。',
        '心当たりがない場合は、すぐにパスワードを再設定してください。',
        '{url}',
      ],
      action: 'パスワードを再設定する',
    },
    account_deletion: {
      subject: 'アカウントが削除されます',
      paragraphs: [
        '{username} 様',
        'ご依頼により {site} のアカウントはロックされました。{days} 日後に削除されます。',
        '残したい場合や心当たりがない場合は、それまでにリンクから取り消してください。',
        '{url}',
      ],
      action: 'アカウントを残す',
    },
    account_deleted: {
      subject: 'アカウントが削除されました',
      paragraphs: [
        'ご依頼により、アドレス {address} の {site} のアカウントが削除されました。これ以上の手続きは必要ありません。',
      ],
    },
    invitation: {
      subject: '招待のお知らせ',
      paragraphs: [
        '{site} でアドレス {address} のアカウントを作成するよう招待されています。{days} 日以内にリンクを開いてください。',
        '{url}',
        '不要な場合は、何もする必要はありません。',
      ],
      action: 'アカウントを作成する',
    },
  },
  pages: {
    undoTitle: '変更を取り消す',
    undoEmailIntro:
      'アカウントのアドレスが元に戻り、すべての端末からログアウトされます。新しいパスワードを設定するためのリンクをメールでお送りします。',
    undoAction: '変更を取り消す',
    undoEmailDone: '取り消しました。新しいパスワードを設定するためのリンクをお送りしました。',
    undoDeletionIntro: 'アカウントは元の状態に戻ります。これまでどおりログインできます。',
    undoDeletionDone: 'アカウントは残ります。ログインできます。',
  },
} satisfies {
  readonly emails: Readonly<Record<string, EmailText>>
  readonly pages: Readonly<Record<string, string>>
}
