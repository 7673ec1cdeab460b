import type { Words } from '../words.ts'

/** Japanese. */
export const ja: Words = {
  emails: {
    confirm_email: {
      subject: 'メールアドレスの確認',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントのメールアドレスとして {address} が登録されました。ご本人のアドレスであれば、リンクを開いて確認を完了してください。',
        '{url}',
        '{site} には、このアドレスを登録した別のアカウントもあります ({others})。ご自身で作成したアカウント {username} の場合のみ確認してください。',
        'お心当たりがない場合は、何もする必要はありません。',
      ],
      action: 'メールアドレスを確認する',
    },
    password_reset: {
      subject: 'パスワードの再設定',
      paragraphs: [
        '{site} のアカウントについて、パスワードの再設定が申請されました。リンクを開いて新しいパスワードを設定してください。',
        '{url}',
        'お心当たりがない場合、パスワードは変更されません。',
        'ユーザー名は {username} です。',
        'このアドレスには別のアカウントもあります。それぞれのリンク:\n{accounts}',
      ],
      action: '新しいパスワードを設定する',
    },
    account_already_exists: {
      subject: 'アカウントは登録済みです',
      paragraphs: [
        '{address} を使って {site} にアカウントを作成しようとした方がいますが、このアドレスのアカウントはすでにあります。',
        'ご本人でパスワードをお忘れの場合は、再設定を申請してください。それ以外の場合は、何もする必要はありません。',
        '{url}',
      ],
      action: 'パスワードの再設定を申請する',
    },
    password_changed: {
      subject: 'パスワードが変更されました',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントのパスワードが変更されました。',
        'パスワードのほかに、次の方法でもログインできます: {connections}',
        'お心当たりがない場合は、すぐにパスワードの再設定を申請してください。',
        '{url}',
      ],
      action: 'パスワードの再設定を申請する',
    },
    social_account_connected: {
      subject: 'ログイン方法が追加されました',
      paragraphs: [
        '{username} 様',
        '{provider} のアカウントで {site} のアカウントにログインできるようになりました。',
        'お心当たりがない場合は、すぐにパスワードの再設定を申請し、連携を解除してください。',
        '{url}',
      ],
      action: 'パスワードの再設定を申請する',
    },
    social_account_disconnected: {
      subject: 'ログイン方法が削除されました',
      paragraphs: [
        '{username} 様',
        '{site} のアカウントと {provider} の連携が解除されました。',
        'お心当たりがない場合は、すぐにパスワードの再設定を申請してください。',
        '{url}',
      ],
      action: 'パスワードの再設定を申請する',
    },
    email_claim_dropped: {
      subject: 'アカウントからメールアドレスが削除されました',
      paragraphs: [
        '{address} は {site} の別のアカウントで確認されました。アカウント {username} にも未確認のまま登録されていましたが、削除されました。',
        'どちらもご自身のアカウントの場合は、確認済みのアカウントをお使いください。それ以外の場合は、何もする必要はありません。',
      ],
    },
  },
  emailFrame: {
    linkHint: 'ボタンが動作しない場合は、次のリンクを開いてください:',
    footer: 'このメールは、{site} でこのアドレスが使用されているためお送りしています。',
  },
  pages: {
    signInTitle: 'ログイン',
    signInAction: 'ログイン',
    signUpTitle: 'アカウントの作成',
    signUpAction: 'アカウントを作成',
    signUpInvitation: 'アカウントをお持ちでない方は',
    signUpLink: '新規作成',
    signInInvitation: 'アカウントをお持ちの方は',
    signInLink: 'ログイン',
    forgotTitle: 'パスワードをお忘れの方',
    forgotIntro:
      'メールアドレスを入力してください。新しいパスワードを設定するためのリンクをお送りします。',
    forgotAction: 'リンクを送信',
    forgotDone: 'このアドレスのアカウントがあれば、リンクを記載したメールが届きます。',
    newPasswordTitle: '新しいパスワードの設定',
    newPasswordAction: '新しいパスワードを保存',
    newPasswordDone: '新しいパスワードを保存しました。このパスワードでログインできます。',
    linkInvalid: 'このリンクは使用済みか期限切れのため、無効です。',
    newLink: '新しいリンクを申請する',
    confirmTitle: 'メールアドレスの確認',
    confirmIntro: 'ボタンを押すと、ご本人のアドレスであることの確認が完了します。',
    confirmFor:
      '{1} をアカウント {0} のアドレスとして確認します。ご自身で作成したアカウントの場合のみ確認してください。',
    confirmAction: 'メールアドレスを確認する',
    confirmDone: 'ありがとうございます。メールアドレスの確認が完了しました。',
    resendIntro: 'メールアドレスを入力してください。新しいリンクをお送りします。',
    resendAction: '新しいリンクを送信',
    resendDone: 'このアドレスが未確認であれば、リンクを記載したメールが届きます。',
    sentTitle: 'メールをご確認ください',
    sentIntro:
      'メールをお送りしました。記載のリンクを開いて、メールアドレスの確認を完了してください。',
    sentHelp: '届かない場合は、迷惑メールフォルダーを確認するか、新しいリンクを申請してください。',
    continueLink: '続ける',
    accountTitle: 'アカウント',
    profileHeading: 'プロフィール',
    profileAction: '保存',
    profileDone: '保存しました。',
    passwordHeading: 'パスワード',
    passwordAction: 'パスワードを変更',
    passwordDone: 'パスワードを変更しました。',
    socialHeading: '連携中のアカウント',
    socialEmpty: '連携中のアカウントはありません。',
    disconnectAction: '連携を解除',
    socialAction: '{0} で続ける',
    or: 'または',
    connectAction: '{0} と連携する',
    sessionsHeading: 'ログイン中の端末',
    sessionsCurrent: 'この端末',
    sessionsEnd: 'ログアウトさせる',
    sessionsEndOthers: '他のすべての端末からログアウト',
    signOutAction: 'ログアウト',
    signedOut: 'ログアウトしました。',
    pleaseSignIn: 'ログインしてください。',
    wait: 'お待ちください…',
    username: 'ユーザー名',
    email: 'メールアドレス',
    usernameOrEmail: 'ユーザー名またはメールアドレス',
    password: 'パスワード',
    passwordAgain: 'パスワード(確認用)',
    newPassword: '新しいパスワード',
    newPasswordAgain: '新しいパスワード(確認用)',
    oldPassword: '現在のパスワード',
    firstName: '名',
    lastName: '姓',
    optional: '任意',
    errorSummary: '印の付いた項目をご確認ください。',
    offline: 'サービスに接続できません。しばらくしてからもう一度お試しください。',
    unexpected: '問題が発生しました。もう一度お試しください。',
    noScript: 'これらのページには JavaScript が必要です。',
  },
  messages: {
    'A server error occurred.': 'サーバーエラーが発生しました。',
    'A user with that username already exists.': '同じユーザー名が既に登録済みです。',
    'Authentication credentials were not provided.': '認証情報が含まれていません。',
    'Authorization header must contain two space-delimited values':
      '認証ヘッダーには、空白で区切られた2つの値が必要です',
    'CSRF Failed: {0}': 'CSRF が失敗しました: {0}',
    'Could not satisfy the request Accept header.':
      'リクエストの Accept ヘッダーの内容を満たすことができませんでした。',
    'E-mail is not verified.': 'メールアドレスが確認されていません。',
    'Ensure this field has at least {0} characters.':
      'この項目が少なくとも {0} 文字以上になるようにしてください。',
    'Ensure this field has no more than {0} characters.':
      'この項目が {0} 文字より長くならないようにしてください。',
    'Enter a valid email address.': '有効なメールアドレスを入力してください。',
    'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
      '有効なユーザー名を入力してください。使用できるのは、文字、数字、記号 @/./+/-/_ のみです。',
    'Failed to exchange code for access token': 'コードをアクセストークンと交換できませんでした',
    'Given token not valid for any token type':
      'このトークンは、どの種類のトークンとしても有効ではありません',
    'Incorrect input. access_token or code is required.':
      '入力が正しくありません。access_token または code が必要です。',
    'Incorrect value': '値が正しくありません',
    'Invalid data. Expected a dictionary, but got {0}.':
      '無効なデータ。辞書型ではなく {0} が送られました。',
    'Invalid token header. No credentials provided.':
      '不正なトークンヘッダー。認証情報が含まれていません。',
    'Invalid token header. Token string should not contain invalid characters.':
      '不正なトークンヘッダー。トークン文字列に使用できない文字が含まれています。',
    'Invalid token header. Token string should not contain spaces.':
      '不正なトークンヘッダー。トークン文字列に空白を含めることはできません。',
    'Invalid token.': '不正なトークンです。',
    'Invalid value': '無効な値です',
    'JSON parse error - {0}': 'JSON 解析エラー - {0}',
    'Method "{0}" not allowed.': 'メソッド "{0}" は許されていません。',
    'Multipart form parse error - {0}': 'マルチパートフォーム解析エラー - {0}',
    'Must include "email" and "password".': '"email" と "password" を含めてください。',
    'Must include "username" and "password".': '"username" と "password" を含めてください。',
    'Must include either "username" or "email" and "password".':
      '"username" または "email" と、"password" を含めてください。',
    'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.':
      'Cookie とブラックリストのどちらも有効でないため、トークンはサーバー側で削除されていません。クライアント側で必ず削除してください。',
    'New password has been saved.': '新しいパスワードが保存されました。',
    'No active account found for the given token.':
      'このトークンに対応する有効なアカウントが見つかりません。',
    'No data provided': 'データがありません',
    'No valid refresh token found.': '有効なリフレッシュトークンが見つかりません。',
    'Not a valid string.': '有効な文字列ではありません。',
    'Not found.': '見つかりませんでした。',
    'Null characters are not allowed.': 'ヌル文字は使用できません。',
    'Password has been reset with the new password.': 'パスワードが新しいものに再設定されました。',
    'Password reset e-mail has been sent.': 'パスワード再設定メールを送信しました。',
    'Refresh token was not included in cookie data.':
      'Cookie にリフレッシュトークンが含まれていません。',
    'Refresh token was not included in request data.':
      'リクエストにリフレッシュトークンが含まれていません。',
    'Request body exceeded the limit.': 'リクエストが大きすぎます。',
    'Request was throttled. Expected available in {0} second.':
      'リクエストの処理は絞られました。{0} 秒後に利用できるようになります。',
    'Request was throttled. Expected available in {0} seconds.':
      'リクエストの処理は絞られました。{0} 秒後に利用できるようになります。',
    'Service temporarily unavailable, try again later.':
      'サービスは一時的に利用できません。後でもう一度お試しください。',
    'Successfully logged out.': 'ログアウトしました。',
    'The password is too similar to the {0}.': 'このパスワードは {0} と似すぎています。',
    'The two password fields didn’t match.': '確認用パスワードが一致しません。',
    "The two password fields didn't match.": '確認用パスワードが一致しません。',
    "The user's password has been changed.": 'ユーザーのパスワードが変更されました。',
    'This field is required.': 'この項目は必須です。',
    'This field may not be blank.': 'この項目は空にできません。',
    'This field may not be null.': 'この項目は null にできません。',
    'This password is entirely numeric.': 'このパスワードは数字しか使われていません。',
    'This password is too common.': 'このパスワードは一般的すぎます。',
    'This password is too short. It must contain at least {0} character.':
      'このパスワードは短すぎます。最低 {0} 文字以上必要です。',
    'This password is too short. It must contain at least {0} characters.':
      'このパスワードは短すぎます。最低 {0} 文字以上必要です。',
    'Token contained no recognizable user identification':
      'トークンに認識可能なユーザー識別情報が含まれていません',
    'Token has no id': 'トークンに ID がありません',
    'Token has wrong type': 'トークンの種類が正しくありません',
    'Token is blacklisted': 'トークンはブラックリストに登録されています',
    'Token is expired': 'トークンの有効期限が切れています',
    'Token is invalid': 'トークンは無効です',
    'Token is invalid or expired': 'トークンは無効、または有効期限切れです',
    'Unable to log in with provided credentials.': '提供された認証情報でログインできません。',
    'Unsupported media type "{0}" in request.':
      'リクエストのメディアタイプ "{0}" はサポートされていません。',
    'User inactive or deleted.': 'ユーザーが無効か削除されています。',
    'Sign-up is closed.': '新規登録は受け付けていません。',
    'The provider gave no e-mail address, and one is needed.':
      'プロバイダーからメールアドレスが提供されませんでしたが、メールアドレスが必要です。',
    'User is already registered with this e-mail address.':
      'このメールアドレスは既に登録されています。',
    'User is inactive': 'ユーザーは無効です',
    'User not found': 'ユーザーが見つかりません',
    'Username can not be used. Please use other username.':
      'このユーザー名は使用できません。他のユーザー名を選んでください。',
    'Verification e-mail sent.': '確認メールを送信しました。',
    'You should be logged in to logout. Check whether the token is passed.':
      'ログアウトするにはログインしている必要があります。トークンが送られているか確認してください。',
    'Your old password was entered incorrectly. Please enter it again.':
      '元のパスワードが間違っています。もう一度入力してください。',
    'All other sessions have been ended.': '他のすべてのセッションを終了しました。',
    'Invalid or expired state.': 'state が無効か、期限切れです。',
    'Request body could not be read.': 'リクエストを読み取れませんでした。',
    'Successfully logged out everywhere.': 'すべての端末からログアウトしました。',
    'The third-party account is already connected to a different account.':
      'この外部アカウントは、すでに別のアカウントと連携されています。',
    'This redirect URI is not allowed.': 'このリダイレクト URI は許可されていません。',
    'You cannot disconnect your last remaining third-party account.':
      '最後に残った外部アカウントの連携は解除できません。',
    'Your account has no password set up.':
      'あなたのアカウントにはパスワードが設定されていません。',
    'email address': 'メールアドレス',
    'first name': '名',
    'last name': '姓',
    username: 'ユーザー名',
  },
}
