export { defaultTemplates, HttpIncludeSource, type HttpIncludeOptions } from './http-include-source.ts'
