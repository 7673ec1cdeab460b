/** An API in a Worker of its own: it accepts the service's logins over a service binding (wrangler.toml). */
import { Hono } from 'hono'
import { honoGuard, type AuthBinding, type GuardVariables } from 'rest-auth-edge/guard'

type Env = { readonly AUTH: AuthBinding }

const app = new Hono<{ Bindings: Env; Variables: GuardVariables }>()

app.get('/', (c) => c.text('Anybody may read this.'))
app.use(
  '/orders/*',
  honoGuard((env: Env) => ({ auth: env.AUTH })),
)
app.get('/orders', (c) => c.json({ ordersOf: c.get('user').id }))

export default app
