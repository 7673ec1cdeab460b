import type { MessageWords } from '../words.ts'

/** The API's messages in Portuguese. */
export const ptMessages: MessageWords = {
  'A server error occurred.': 'Ocorreu um erro de servidor.',
  'A user with that username already exists.': 'Um usuário com este nome de usuário já existe.',
  'Authentication credentials were not provided.':
    'As credenciais de autenticação não foram fornecidas.',
  'Authorization header must contain two space-delimited values':
    'O cabeçalho Authorization deve conter dois valores separados por um espaço',
  'CSRF Failed: {0}': 'Falha de CSRF: {0}',
  'Could not satisfy the request Accept header.':
    'Não foi possível satisfazer o cabeçalho Accept da requisição.',
  'E-mail is not verified.': 'O e-mail não foi confirmado.',
  'Ensure this field has at least {0} characters.':
    'Certifique-se de que este campo tenha mais de {0} caracteres.',
  'Ensure this field has no more than {0} characters.':
    'Certifique-se de que este campo não tenha mais de {0} caracteres.',
  'Enter a valid email address.': 'Insira um endereço de e-mail válido.',
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
    'Informe um nome de usuário válido. Ele pode conter apenas letras, números e os caracteres @/./+/-/_.',
  'Failed to exchange code for access token':
    'Não foi possível trocar o código por um token de acesso',
  'Given token not valid for any token type':
    'O token informado não é válido para qualquer tipo de token',
  'Incorrect input. access_token or code is required.':
    'Entrada incorreta. access_token ou code é obrigatório.',
  'Incorrect value': 'Valor incorreto',
  'Invalid data. Expected a dictionary, but got {0}.':
    'Dado inválido. Necessário um dicionário mas recebeu {0}.',
  'Invalid token header. No credentials provided.':
    'Cabeçalho de token inválido. Credenciais não fornecidas.',
  'Invalid token header. Token string should not contain invalid characters.':
    'Cabeçalho de token inválido. O token não deve conter caracteres inválidos.',
  'Invalid token header. Token string should not contain spaces.':
    'Cabeçalho de token inválido. O token não deve conter espaços.',
  'Invalid token.': 'Token inválido.',
  'Invalid value': 'Valor inválido',
  'JSON parse error - {0}': 'Erro na análise do JSON - {0}',
  'Method "{0}" not allowed.': 'Método "{0}" não é permitido.',
  'Multipart form parse error - {0}': 'Erro na análise do formulário multipart - {0}',
  'Must include "email" and "password".': 'É preciso incluir "email" e "password".',
  'Must include "username" and "password".': 'É preciso incluir "username" e "password".',
  'Must include either "username" or "email" and "password".':
    'É preciso incluir "username" ou "email" e "password".',
  'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.':
    'Nem cookies nem lista negra estão ativos, por isso o token não foi apagado no servidor. Certifique-se de apagá-lo no cliente.',
  'New password has been saved.': 'A nova senha foi salva.',
  'No active account found for the given token.':
    'Nenhuma conta ativa foi encontrada para este token.',
  'No data provided': 'Nenhum dado foi enviado',
  'No valid refresh token found.': 'Nenhum token de renovação válido foi encontrado.',
  'Not a valid string.': 'Não é uma string válida.',
  'Not found.': 'Não encontrado.',
  'No WebAuthnCredential matches the given query.': 'Esta chave de acesso não existe.',
  'Null characters are not allowed.': 'Caracteres nulos não são permitidos.',
  'Password has been reset with the new password.': 'A senha foi redefinida com a nova.',
  'Password reset e-mail has been sent.': 'O e-mail de redefinição de senha foi enviado.',
  'Refresh token was not included in cookie data.': 'O token de renovação não está nos cookies.',
  'Refresh token was not included in request data.': 'O token de renovação não está na requisição.',
  'Request body exceeded the limit.': 'A requisição é grande demais.',
  'Request was throttled. Expected available in {0} second.':
    'Pedido foi limitado. Disponível em {0} segundo.',
  'Request was throttled. Expected available in {0} seconds.':
    'Pedido foi limitado. Disponível em {0} segundos.',
  'Service temporarily unavailable, try again later.':
    'Serviço temporariamente indisponível, tente mais tarde.',
  'Successfully logged out.': 'Sessão encerrada com sucesso.',
  'The password is too similar to the {0}.': 'A senha é muito parecida com: {0}.',
  'The two password fields didn’t match.': 'Os dois campos de senha não correspondem.',
  "The two password fields didn't match.": 'Os dois campos de senha não correspondem.',
  "The user's password has been changed.": 'A senha do usuário foi alterada.',
  'This email address is already associated with this account.':
    'Este endereço de e-mail já está associado a esta conta.',
  'You cannot add more than {0} email addresses.':
    'Você não pode adicionar mais de {0} endereços de e-mail.',
  'This email address is already verified.': 'Este endereço de e-mail já está confirmado.',
  'Your primary email address must be verified.':
    'Seu endereço de e-mail principal precisa estar confirmado.',
  'You cannot remove your primary email address ({0}).':
    'Você não pode remover seu endereço de e-mail principal ({0}).',
  'The change has been undone. A link for a new password is on its way.':
    'A alteração foi desfeita. Um link para uma nova senha está a caminho.',
  'Another account has this email address by now.': 'Outra conta já tem este endereço de e-mail.',
  'Your account will be deleted.': 'Sua conta será excluída.',
  'Your account has been deleted.': 'Sua conta foi excluída.',
  'Your account will not be deleted.': 'Sua conta não será excluída.',
  'This invitation is not valid for this email address.':
    'Este convite não é válido para este endereço de e-mail.',
  'This field is required.': 'Este campo é obrigatório.',
  'This field may not be blank.': 'Este campo não pode ser em branco.',
  'This field may not be null.': 'Este campo não pode ser nulo.',
  'This password has appeared in a data breach.': 'Esta senha apareceu em um vazamento de dados.',
  'This password is entirely numeric.': 'Esta senha é inteiramente numérica.',
  'This password is too common.': 'Esta senha é muito comum.',
  'This password is too short. It must contain at least {0} character.':
    'Esta senha é muito curta. Ela precisa conter pelo menos {0} caractere.',
  'This password is too short. It must contain at least {0} characters.':
    'Esta senha é muito curta. Ela precisa conter pelo menos {0} caracteres.',
  'Token contained no recognizable user identification':
    'O token não continha nenhuma identificação reconhecível do usuário',
  'Token has no id': 'O token não tem id',
  'Token has wrong type': 'O token tem o tipo errado',
  'Token is blacklisted': 'O token está na lista negra',
  'Token is expired': 'O token expirou',
  'Token is invalid': 'O token é inválido',
  'Token is invalid or expired': 'O token é inválido ou expirou',
  'Unable to log in with provided credentials.':
    'Impossível fazer login com as credenciais fornecidas.',
  'Unsupported media type "{0}" in request.': 'Tipo de mídia "{0}" no pedido não é suportado.',
  'User inactive or deleted.': 'Usuário inativo ou removido.',
  'Sign-up is closed.': 'O cadastro está fechado.',
  'The provider gave no e-mail address, and one is needed.':
    'O provedor não informou nenhum endereço de e-mail, e é necessário um.',
  'User is already registered with this e-mail address.':
    'Um usuário já foi registrado com este endereço de e-mail.',
  'User is inactive': 'O usuário está inativo',
  'User not found': 'Usuário não encontrado',
  'Username can not be used. Please use other username.':
    'Este nome de usuário não pode ser usado. Escolha outro.',
  'Verification e-mail sent.': 'E-mail de confirmação enviado.',
  'You do not have permission to perform this action.':
    'Você não tem permissão para executar essa ação.',
  'You should be logged in to logout. Check whether the token is passed.':
    'É preciso ter entrado para sair. Verifique se o token é enviado.',
  'Your old password was entered incorrectly. Please enter it again.':
    'A senha antiga foi digitada incorretamente. Por favor, informe-a novamente.',
  'All other sessions have been ended.': 'Todas as outras sessões foram encerradas.',
  'Invalid or expired state.': 'State inválido ou expirado.',
  'Request body could not be read.': 'Não foi possível ler a requisição.',
  'Successfully logged out everywhere.': 'Todas as sessões foram encerradas com sucesso.',
  'The third-party account is already connected to a different account.':
    'A conta externa já está conectada a outra conta.',
  'This redirect URI is not allowed.': 'Esta URI de redirecionamento não é permitida.',
  'You cannot disconnect your last remaining third-party account.':
    'Não é possível desconectar a sua última conta externa.',
  'Your account has no password set up.': 'A sua conta não tem senha definida.',
  'Invalid or expired token.': 'Token inválido ou expirado.',
  'User account is disabled.': 'A conta de usuário está desativada.',
  'Invalid code.': 'Código inválido.',
  'Invalid code. Please check your authenticator app and try again.':
    'Código inválido. Verifique o seu aplicativo autenticador e tente novamente.',
  'MFA is already enabled. Deactivate it before activating again.':
    'A autenticação de dois fatores já está ativada. Desative-a antes de ativá-la novamente.',
  'MFA is not enabled.': 'A autenticação de dois fatores não está ativada.',
  'Invalid or expired activation token.': 'Token de ativação inválido ou expirado.',
  'Invalid activation token for this user.': 'O token de ativação não é deste usuário.',
  'TOTP has been deactivated.': 'A autenticação de dois fatores foi desativada.',
  'You cannot activate two-factor authentication until you have verified your email address.':
    'Você precisa confirmar o seu endereço de e-mail antes de ativar a autenticação de dois fatores.',
  'Registration challenge has expired. Please start over.': 'O registro expirou. Comece novamente.',
  'Registration verification failed.': 'A verificação da chave de acesso falhou.',
  'This credential is already registered.': 'Esta chave de acesso já está registrada.',
  'Authentication challenge has expired. Please start over.': 'O login expirou. Comece novamente.',
  'Authentication verification failed.': 'A verificação da chave de acesso falhou.',
  'Credential not found.': 'Chave de acesso desconhecida.',
  'Invalid credential format.': 'Formato de chave de acesso inválido.',
  'Passkey RP settings (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS) must be configured.':
    'Faltam as configurações das chaves de acesso (PASSKEY_RP_ID, PASSKEY_RP_NAME, PASSKEY_RP_ORIGINS).',
  'This value does not match the required pattern.':
    'Este valor não corresponde ao padrão exigido.',
  'Value must be valid JSON.': 'O valor deve ser JSON válido.',
  'Please confirm that it is you, then try again.': 'Confirme que é você e tente novamente.',
  'Incorrect password.': 'Senha incorreta.',
  'Must include "password", "code" or "credential".':
    'É necessário "password", "code" ou "credential".',
  'If the address is known, a mail is on its way.':
    'Se o endereço for conhecido, um e-mail está a caminho.',
  'You are acting as somebody else, who alone may do this.':
    'Está a agir como outra pessoa; só ela pode fazer isto.',
  'String value too large.': 'O texto é longo demais.',
  'A valid integer is required.': 'Um número inteiro válido é necessário.',
  'Ensure this value is greater than or equal to {0}.': 'Este valor deve ser maior ou igual a {0}.',
  'Ensure this value is less than or equal to {0}.': 'Este valor deve ser menor ou igual a {0}.',
  'Must be a valid boolean.': 'Deve ser verdadeiro ou falso.',
  'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.':
    'A data está no formato errado. Use este formato: YYYY-MM-DD.',
  '"{0}" is not a valid choice.': '"{0}" não é uma escolha válida.',
  'Enter a valid URL.': 'Insira uma URL válida.',
  'Enter a valid phone number.': 'Insira um número de telefone válido.',
  'Ensure this value has no more than {0} bytes.': 'Este valor não pode ter mais de {0} bytes.',
  'This field must be unique.': 'Este valor já está em uso.',
  'This is not possible at the moment.': 'Isto não é possível neste momento.',
  'email address': 'endereço de e-mail',
  'first name': 'primeiro nome',
  'last name': 'último nome',
  username: 'usuário',
}
