export { openFileBlobStore, type BlobStoreOptions } from './file-blob-store.ts'
export { openFileTraceStore } from './file-trace-store.ts'
