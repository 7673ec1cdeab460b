import type { enMailPages } from './en-mail-pages.ts'

/** What the pages say of signing in by mail and of the own addresses, in Japanese. */
export const jaMailPages: Readonly<Record<keyof typeof enMailPages, string>> = {
  codeTitle: 'コードでログイン',
  codeOffer: 'メールのコードでログイン',
  codeIntro: '1 回だけログインできるコードをメールで送ります。',
  codeAction: 'コードを送る',
  codeMailed: 'このアドレスのアカウントがあれば、コードを記載したメールをお送りしました。',
  codeLabel: 'メールのコード',
  codeExpired: 'このコードはもう使えません。もう一度送ってください。',
  linkTitle: 'リンクでログイン',
  linkOffer: 'メールのリンクでログイン',
  linkIntro: '1 回だけログインできるリンクをメールで送ります。',
  linkAction: 'リンクを送る',
  linkClick: '1 回クリックするとログインします。',
  forgotCodeIntro:
    'メールアドレスを入力してください。新しいパスワードを設定するためのコードをお送りします。',
  forgotCodeAction: 'コードを送る',
  confirmCodeIntro:
    'メールをお送りしました。記載されたコードを入力してメールアドレスを確認してください。',
  resendCodeIntro: 'メールアドレスを入力してください。新しいコードをお送りします。',
  resendCodeAction: '新しいコードを送る',
  emailsHeading: 'メールアドレス',
  emailPrimary: 'メイン',
  emailUnconfirmed: '未確認',
  emailMakePrimary: 'メインにする',
  emailAdd: 'アドレスを追加',
  emailAdded: 'このアドレスにメールをお送りしました。リンクを開いてください。',
  emailResend: 'メールを再送',
  emailResent: 'メールをお送りしました。',
  emailRemoved: 'アドレスを削除しました。',
  emailChanged: 'これがメインのアドレスになりました。',
  leavingHeading: 'あなたのデータ',
  exportAction: 'データをダウンロード',
  deleteAction: 'アカウントを削除',
  deleteAsk: 'アカウントを削除しますか? すべての端末からログアウトします。',
  deleteDone: 'アカウントを削除しました。',
  deleteSoon:
    'アカウントをロックしました。{0} に削除されます。取り消す方法はメールに書かれています。',
  socialEmailIntro:
    '{0} からメールアドレスを受け取れませんでした。あなたのアドレスを入力してください。',
}
