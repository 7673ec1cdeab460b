import { createRestAuth } from '../../src/rest-auth.ts'

/** The Worker of docs/scale.md: two hosts, two databases. */
const auth = createRestAuth({ settings: { USE_JWT: true, JWT_AUTH_HTTPONLY: false } })

export default auth.byHost({ 'auth.shop.example': 'SHOP', 'auth.bank.example': 'BANK' })
