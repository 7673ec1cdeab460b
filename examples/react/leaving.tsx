import { useState, type ReactNode } from 'react'
import { auth } from './auth.ts'
import { textOf } from './form.tsx'
import { confirmed } from './proof.tsx'

/** Taking the own data along, and leaving. */
export function Leaving(): ReactNode {
  const [message, setMessage] = useState('')
  const download = async (): Promise<void> => {
    const answered = await confirmed(auth.exportData)
    if (!answered.ok) {
      setMessage(textOf(answered.error))
      return
    }
    const file = new Blob([JSON.stringify(answered.value, null, 2)], { type: 'application/json' })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = 'my-data.json'
    link.click()
    URL.revokeObjectURL(link.href)
  }
  const leave = async (): Promise<void> => {
    if (!globalThis.confirm('Delete your account?')) return
    const answered = await confirmed(auth.deleteAccount)
    if (answered.ok) location.assign('/login?done=deleted')
    else setMessage(textOf(answered.error))
  }
  return (
    <section aria-labelledby="leaving">
      <h2 id="leaving">Your data</h2>
      <p>
        <button type="button" className="quiet" onClick={() => void download()}>
          Download my data
        </button>
      </p>
      <p>
        <button type="button" className="quiet" onClick={() => void leave()}>
          Delete my account
        </button>
      </p>
      <p className="bad" role="alert">
        {message}
      </p>
    </section>
  )
}
