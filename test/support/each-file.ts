import { afterEach } from 'vitest'
import { closeApps } from './app.ts'

// Runs before each test file: files of one worker share what they import, hooks of a module are those of its first.
afterEach(closeApps)
