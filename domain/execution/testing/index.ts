export { blobStoreCases } from './blob-store.cases.ts'
export { isolationCases, type IsolationUnderTest } from './isolation.cases.ts'
export { memoryBlobStore, memoryTraceStore } from './memory-stores.ts'
export { traceStoreCases } from './trace-store.cases.ts'
