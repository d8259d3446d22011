export { blobStoreCases } from './blob-store.cases.ts'
export { memoryBlobStore, memoryTraceStore } from './memory-stores.ts'
export { traceStoreCases } from './trace-store.cases.ts'
