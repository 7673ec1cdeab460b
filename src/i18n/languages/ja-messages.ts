import type { MessageWords } from '../words.ts'

/** The API's messages in Japanese. */
export const jaMessages: MessageWords = {
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
  'No WebAuthnCredential matches the given query.': 'このパスキーはありません。',
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
  'This email address is already associated with this account.':
    'このメールアドレスはすでにこのアカウントに登録されています。',
  'You cannot add more than {0} email addresses.': '登録できるメールアドレスは {0} 件までです。',
  'This email address is already verified.': 'このメールアドレスはすでに確認済みです。',
  'Your primary email address must be verified.':
    'メインのメールアドレスは確認済みでなければなりません。',
  'You cannot remove your primary email address ({0}).':
    'メインのメールアドレス ({0}) は削除できません。',
  'The change has been undone. A link for a new password is on its way.':
    '変更を取り消しました。新しいパスワードを設定するためのリンクをお送りします。',
  'Another account has this email address by now.':
    'このメールアドレスはすでに別のアカウントのものです。',
  'Your account will be deleted.': 'アカウントは削除されます。',
  'Your account has been deleted.': 'アカウントは削除されました。',
  'Your account will not be deleted.': 'アカウントは削除されません。',
  'This invitation is not valid for this email address.':
    'この招待はこのメールアドレスでは使えません。',
  'This field is required.': 'この項目は必須です。',
  'This field may not be blank.': 'この項目は空にできません。',
  'This field may not be null.': 'この項目は null にできません。',
  'This password has appeared in a data breach.':
    'このパスワードは漏えいしたデータの中に見つかりました。',
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
  'You do not have permission to perform this action.': 'この操作を実行する権限がありません。',
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
  'Your account has no password set up.': 'あなたのアカウントにはパスワードが設定されていません。',
  'Invalid or expired token.': 'トークンが無効か、期限が切れています。',
  'User account is disabled.': 'このアカウントは無効になっています。',
  'Invalid code.': 'コードが正しくありません。',
  'Invalid code. Please check your authenticator app and try again.':
    'コードが正しくありません。認証アプリを確認して、もう一度お試しください。',
  'MFA is already enabled. Deactivate it before activating again.':
    '二要素認証はすでに有効です。設定し直すには、先に無効にしてください。',
  'MFA is not enabled.': '二要素認証は有効になっていません。',
  'Invalid or expired activation token.': '有効化トークンが無効か、期限が切れています。',
  'Invalid activation token for this user.': 'この有効化トークンは別のユーザーのものです。',
  'TOTP has been deactivated.': '二要素認証を無効にしました。',
  'You cannot activate two-factor authentication until you have verified your email address.':
    '二要素認証を有効にするには、先にメールアドレスを確認してください。',
  'Registration challenge has expired. Please start over.':
    '登録の有効期限が切れました。最初からやり直してください。',
  'Registration verification failed.': 'パスキーを確認できませんでした。',
  'This credential is already registered.': 'このパスキーはすでに登録されています。',
  'Authentication challenge has expired. Please start over.':
    'ログインの有効期限が切れました。最初からやり直してください。',
  'Authentication verification failed.': 'パスキーを確認できませんでした。',
  'Credential not found.': 'このパスキーは登録されていません。',
  'Invalid credential format.': 'パスキーの形式が正しくありません。',
  'Passkey RP settings (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) must be configured.':
    'パスキーの設定（PASSKEY_RP_ID、PASSKEY_RP_NAME、PASSKEY_RP_ORIGINS）がありません。',
  'This value does not match the required pattern.': 'この値は所要のパターンにマッチしません。',
  'Value must be valid JSON.': '値は有効なJSONでなければなりません。',
  'Please confirm that it is you, then try again.':
    'ご本人であることを確認してから、もう一度お試しください。',
  'Incorrect password.': 'パスワードが正しくありません。',
  'Must include "password", "code" or "credential".':
    '"password"、"code"、"credential" のいずれかが必要です。',
  'If the address is known, a mail is on its way.':
    '登録済みのアドレスであれば、メールをお送りしました。',
  'You are acting as somebody else, who alone may do this.':
    '現在、別のユーザーとして操作しています。この操作は本人だけが行えます。',
  'String value too large.': '文字列が長すぎます。',
  'A valid integer is required.': '有効な整数を入力してください。',
  'Ensure this value is greater than or equal to {0}.': 'この値は{0}以上でなければなりません。',
  'Ensure this value is less than or equal to {0}.': 'この値は{0}以下でなければなりません。',
  'Must be a valid boolean.': '真偽値を入力してください。',
  'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.':
    '日付の形式が違います。次の形式を使ってください: YYYY-MM-DD',
  '"{0}" is not a valid choice.': '"{0}"は選択肢にありません。',
  'Enter a valid URL.': '有効なURLを入力してください。',
  'Enter a valid phone number.': '有効な電話番号を入力してください。',
  'Ensure this value has no more than {0} bytes.': 'この値は{0}バイト以下でなければなりません。',
  'This field must be unique.': 'この値は既に使われています。',
  'This is not possible at the moment.': '現在、この操作はできません。',
  'email address': 'メールアドレス',
  'first name': '名',
  'last name': '姓',
  username: 'ユーザー名',
}
