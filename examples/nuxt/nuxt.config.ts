/** Where the service is; the one thing that changes when a Django backend is replaced by it. */
const service = process.env['REST_AUTH_URL'] ?? 'http://localhost:8787/dj-rest-auth'

export default defineNuxtConfig({
  compatibilityDate: '2026-08-04',
  telemetry: false,
  modules: ['@sidebase/nuxt-auth'],
  css: ['~/style.css'],
  app: { head: { title: 'Nuxt with @sidebase/nuxt-auth', htmlAttrs: { lang: 'en' } } },
  auth: {
    baseURL: service,
    originEnvKey: 'REST_AUTH_URL',
    provider: {
      type: 'local',
      endpoints: {
        signIn: { path: '/login/', method: 'post' },
        signOut: { path: '/logout/', method: 'post' },
        signUp: { path: '/registration/', method: 'post' },
        getSession: { path: '/user/', method: 'get' },
      },
      pages: { login: '/login' },
      session: {
        dataType: { pk: 'number', username: 'string', email: 'string' },
      },
      token: { signInResponseTokenPointer: '/access', type: 'Bearer', maxAgeInSeconds: 300 },
      refresh: {
        isEnabled: true,
        endpoint: { path: '/token/refresh/', method: 'post' },
        refreshOnlyToken: false,
        token: {
          signInResponseRefreshTokenPointer: '/refresh',
          refreshResponseTokenPointer: '/access',
          refreshRequestTokenPointer: '/refresh',
          maxAgeInSeconds: 86_400,
        },
      },
    },
    globalAppMiddleware: false,
  },
})
