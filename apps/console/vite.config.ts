import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Built by `vite build apps/console` from the root of the checkout; the server serves `dist`. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // No inlined assets and no polyfill: the pages are served under `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    // `schemas-without-eval.ts` must have run before any schema is made, whichever file it lands in.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': 'http://127.0.0.1:7070' },
  },
})
