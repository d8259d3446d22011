import { createBrowserRouter } from 'react-router'
import { paths } from '../paths.ts'
import { ErrorPage } from './error-page.tsx'
import { Layout } from './layout.tsx'
import { NotFoundPage } from './not-found-page.tsx'

/** Every page comes in a file of its own, fetched when it is first opened. */
export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <ErrorPage />,
    hydrateFallbackElement: <div className="page" />,
    children: [
      {
        path: paths.home.pattern,
        lazy: async () => ({ Component: (await import('../features/projects/components/home-page.tsx')).HomePage }),
      },
      {
        path: paths.signIn.pattern,
        lazy: async () => ({ Component: (await import('../features/session/components/sign-in-page.tsx')).SignInPage }),
      },
      {
        path: paths.project.pattern,
        lazy: async () => ({
          Component: (await import('../features/projects/components/project-page.tsx')).ProjectPage,
        }),
      },
      {
        path: paths.maturity.pattern,
        lazy: async () => ({
          Component: (await import('../features/maturity/components/maturity-page.tsx')).MaturityPage,
        }),
      },
      {
        path: paths.run.pattern,
        lazy: async () => ({ Component: (await import('../features/runs/components/run-page.tsx')).RunPage }),
      },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
])
