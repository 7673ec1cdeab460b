/** What we use of the module that workerd brings along. */
declare module 'cloudflare:workers' {
  import type { ExecutionContext } from 'hono'

  export abstract class WorkerEntrypoint<Env = unknown> {
    protected ctx: ExecutionContext
    protected env: Env
    constructor(ctx: ExecutionContext, env: Env)
  }
}
