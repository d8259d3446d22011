// oxlint-disable-next-line import/no-unassigned-import -- must have run before all else
import './shared/lib/schemas-without-eval.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { Providers } from './app/providers.tsx'
import { router } from './app/router.tsx'
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to name
import './styles.css'

const root = document.getElementById('root')
if (root === null) throw new Error('Cannot start the console: the page has no element with id "root"')
createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
)
