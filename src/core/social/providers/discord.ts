import { authorizationUrl, exchangeByBasic } from './code-exchange.ts'
import { digitId, objectIn, rejected, socialProfile } from './profile.ts'
import { defineProvider } from './provider.ts'
import { recordOf, requestJson } from './request-json.ts'

const API = 'https://discord.com/api'

/** Discord: a code, or an access token whose app `oauth2/@me` names. */
export const discord = defineProvider({
  id: 'discord',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: 'https://discord.com/oauth2/authorize',
      scopes: ['identify', ...(attempt.queryEmail ? ['email'] : [])],
      pkce: true,
    })
  },

  exchangeCode(attempt, grant) {
    return exchangeByBasic(attempt, `${API}/oauth2/token`, grant)
  },

  async fetchProfile(attempt, tokens) {
    const answer = await requestJson(attempt, `${API}/users/@me`, {
      during: 'profile',
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    const { data } = read
    return socialProfile({
      app: attempt.app,
      subject: digitId(data['id']),
      email: data['email'],
      emailVerified: data['verified'] === true,
      username: data['username'],
      name: data['username'],
      extraData: data,
      tokens,
    })
  },

  async confirmToken(attempt, tokens) {
    const answer = await requestJson(attempt, `${API}/oauth2/@me`, {
      during: 'profile',
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    const appId = digitId(recordOf(read.data['application'])?.['id'])
    if (appId === undefined || !attempt.app.clientIds.includes(appId)) {
      return rejected('token_of_another_app')
    }
    return { kind: 'ours' }
  },
})
