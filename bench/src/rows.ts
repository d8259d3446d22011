import { compileRows } from './rows/compile-rows.ts'
import { fileRows } from './rows/file-rows.ts'
import { jobRows } from './rows/job-rows.ts'
import type { Row } from './row.ts'

/** Every row that is measured, in the order of the table. */
export const rows: readonly Row[] = [...jobRows, ...fileRows, ...compileRows]
