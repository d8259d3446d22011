import { describe } from 'vitest'
import { blobStoreCases, memoryBlobStore, memoryTraceStore, traceStoreCases } from '../testing/index.ts'

describe('memoryBlobStore', () => blobStoreCases(async () => memoryBlobStore()))
describe('memoryTraceStore', () => traceStoreCases(async () => memoryTraceStore()))
