import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a user runs. */
export const sluice = `${root}sluice`

/** What makes the bundle that `sluice` then starts from. */
export const bundler = `${root}apps/cli/src/bundle/build-bundle.ts`

/** The pinned Node: the peer needs 22 or later. */
export const node = process.execPath

/** The peer's program. */
export const peer = [node, fileURLToPath(import.meta.resolve('gitlab-ci-local'))] as const

/** A program of the benchmarks themselves. */
export const benchProgram = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
