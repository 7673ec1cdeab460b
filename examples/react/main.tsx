import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Account } from './account.tsx'
import { Login } from './login.tsx'
import {
  Forgot,
  Register,
  Resend,
  Reset,
  UndoDeletion,
  UndoEmailChange,
  Verify,
} from './mail-links.tsx'
import { Callback } from './social.tsx'

const VIEWS: Readonly<Record<string, () => ReactNode>> = {
  '/': Account,
  '/login': Login,
  '/register': Register,
  '/resend': Resend,
  '/verify': Verify,
  '/forgot': Forgot,
  '/reset': Reset,
  '/undo-email': UndoEmailChange,
  '/undo-deletion': UndoDeletion,
}

const isCallback = location.pathname.startsWith('/callback/')
const View = isCallback ? Callback : (VIEWS[location.pathname] ?? Account)
const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<View />)
