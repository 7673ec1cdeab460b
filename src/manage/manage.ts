/** The operator's tool: `npm run manage -- COMMAND`. */
import { runManage } from './run.ts'
import { terminal } from './terminal.ts'

process.exitCode = await runManage(process.argv.slice(2), terminal())
