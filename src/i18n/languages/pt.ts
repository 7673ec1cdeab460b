import type { Words } from '../words.ts'

/** Portuguese, in words that Brazil and Portugal share where they can. */
export const pt: Words = {
  emails: {
    confirm_email: {
      subject: 'Confirme o seu endereço de e-mail',
      paragraphs: [
        'Olá, {username},',
        '{address} foi indicado como endereço de e-mail de uma conta em {site}. Siga o link para confirmar que ele é seu.',
        '{url}',
        'Outras contas em {site} também indicam este endereço ({others}). Confirme apenas a conta que você criou: {username}.',
        'Se não foi você, não precisa fazer nada.',
      ],
      action: 'Confirmar o e-mail',
    },
    password_reset: {
      subject: 'Redefinição de senha',
      paragraphs: [
        'Olá,',
        'Foi pedida uma nova senha para a sua conta em {site}. Siga o link para escolhê-la.',
        '{url}',
        'Se não foi você, a sua senha continua a mesma.',
        'Para lembrar: o seu nome de usuário é {username}.',
        'Outras contas também têm este endereço, cada uma com o seu link:\n{accounts}',
      ],
      action: 'Escolher uma nova senha',
    },
    account_already_exists: {
      subject: 'A conta já existe',
      paragraphs: [
        'Olá,',
        'Alguém tentou criar uma conta em {site} com {address}, que já tem uma.',
        'Se foi você e não lembra mais da senha, peça uma nova. Caso contrário, não precisa fazer nada.',
        '{url}',
      ],
      action: 'Pedir uma nova senha',
    },
    password_changed: {
      subject: 'Senha alterada',
      paragraphs: [
        'Olá, {username},',
        'A senha da sua conta em {site} foi alterada.',
        'Além da senha, dão acesso a ela: {connections}.',
        'Se não foi você, peça uma nova imediatamente.',
        '{url}',
      ],
      action: 'Pedir uma nova senha',
    },
    social_account_connected: {
      subject: 'Nova forma de entrar',
      paragraphs: [
        'Olá, {username},',
        'Uma conta de {provider} pode entrar a partir de agora na sua conta em {site}.',
        'Se não foi você, peça uma nova senha imediatamente e desconecte essa conta.',
        '{url}',
      ],
      action: 'Pedir uma nova senha',
    },
    social_account_disconnected: {
      subject: 'Forma de entrar removida',
      paragraphs: [
        'Olá, {username},',
        'A sua conta em {site} não está mais conectada a {provider}.',
        'Se não foi você, peça uma nova senha imediatamente.',
        '{url}',
      ],
      action: 'Pedir uma nova senha',
    },
    email_claim_dropped: {
      subject: 'Endereço de e-mail removido de uma conta',
      paragraphs: [
        'Olá,',
        '{address} foi confirmado para outra conta em {site}. A conta {username} o tinha indicado sem confirmar e não o tem mais.',
        'Se as duas contas são suas, use a que você confirmou. Caso contrário, não precisa fazer nada.',
      ],
    },
  },
  emailFrame: {
    linkHint: 'Se o botão não funcionar, abra este link:',
    footer: 'Você recebe esta mensagem porque o seu endereço é usado em {site}.',
  },
  pages: {
    signInTitle: 'Entrar',
    signInAction: 'Entrar',
    signUpTitle: 'Criar uma conta',
    signUpAction: 'Criar a conta',
    signUpInvitation: 'Ainda não tem conta?',
    signUpLink: 'Crie uma',
    signInInvitation: 'Já tem conta?',
    signInLink: 'Entrar',
    forgotTitle: 'Esqueceu a senha?',
    forgotIntro: 'Informe o seu e-mail e enviaremos um link para escolher uma nova senha.',
    forgotAction: 'Enviar o link',
    forgotDone: 'Se alguma conta tiver este endereço, uma mensagem com um link está a caminho.',
    newPasswordTitle: 'Escolha uma nova senha',
    newPasswordAction: 'Salvar a nova senha',
    newPasswordDone: 'A sua nova senha está salva. Já pode entrar com ela.',
    linkInvalid: 'Este link não vale mais: já foi usado ou é antigo demais.',
    newLink: 'Pedir um novo link',
    confirmTitle: 'Confirme o seu e-mail',
    confirmIntro: 'Um clique e saberemos que o endereço é seu.',
    confirmFor: '{1} será o endereço da conta {0}. Confirme apenas se você criou essa conta.',
    confirmAction: 'Confirmar o e-mail',
    confirmDone: 'Obrigado, o seu e-mail está confirmado.',
    resendIntro: 'Informe o seu e-mail e enviaremos um novo link.',
    resendAction: 'Enviar um novo link',
    resendDone:
      'Se este endereço ainda precisa ser confirmado, uma mensagem com um link está a caminho.',
    sentTitle: 'Veja a sua caixa de entrada',
    sentIntro: 'Enviamos uma mensagem. Siga o link que está nela para confirmar o seu e-mail.',
    sentHelp: 'Não chegou? Veja na pasta de spam ou peça um novo link.',
    continueLink: 'Continuar',
    accountTitle: 'A sua conta',
    profileHeading: 'Sobre você',
    profileAction: 'Salvar',
    profileDone: 'Salvo.',
    passwordHeading: 'Senha',
    passwordAction: 'Alterar a senha',
    passwordDone: 'A sua senha foi alterada.',
    socialHeading: 'Contas conectadas',
    socialEmpty: 'Nenhuma conta está conectada.',
    disconnectAction: 'Desconectar',
    socialAction: 'Continuar com {0}',
    or: 'ou',
    connectAction: 'Conectar {0}',
    sessionsHeading: 'Onde a sua conta está aberta',
    sessionsCurrent: 'Este dispositivo',
    sessionsEnd: 'Sair de lá',
    sessionsEndOthers: 'Sair de todos os outros',
    signOutAction: 'Sair',
    signedOut: 'Você saiu da conta.',
    pleaseSignIn: 'Entre, por favor.',
    wait: 'Um momento…',
    username: 'Nome de usuário',
    email: 'Endereço de e-mail',
    usernameOrEmail: 'Nome de usuário ou e-mail',
    password: 'Senha',
    passwordAgain: 'Senha (de novo)',
    newPassword: 'Nova senha',
    newPasswordAgain: 'Nova senha (de novo)',
    oldPassword: 'Senha atual',
    firstName: 'Nome',
    lastName: 'Sobrenome',
    optional: 'opcional',
    errorSummary: 'Verifique os campos marcados.',
    offline: 'Não foi possível contatar o serviço. Tente de novo daqui a pouco.',
    unexpected: 'Algo deu errado. Tente de novo.',
    noScript: 'Estas páginas precisam de JavaScript.',
  },
  messages: {
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
    'Null characters are not allowed.': 'Caracteres nulos não são permitidos.',
    'Password has been reset with the new password.': 'A senha foi redefinida com a nova.',
    'Password reset e-mail has been sent.': 'O e-mail de redefinição de senha foi enviado.',
    'Refresh token was not included in cookie data.': 'O token de renovação não está nos cookies.',
    'Refresh token was not included in request data.':
      'O token de renovação não está na requisição.',
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
    'This field is required.': 'Este campo é obrigatório.',
    'This field may not be blank.': 'Este campo não pode ser em branco.',
    'This field may not be null.': 'Este campo não pode ser nulo.',
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
    'email address': 'endereço de e-mail',
    'first name': 'primeiro nome',
    'last name': 'último nome',
    username: 'usuário',
  },
}
