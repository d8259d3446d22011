import { join, resolve } from 'node:path'

/** The checkout that this program lies in. Not by way of other modules of ours, as these are what a bundle saves loading. */
export const bundleRoot = resolve(import.meta.dirname, '../../../..')

/** Where bundles of the command line lie: beside what npm installs, which no edit touches and `npm ci` takes away. */
export const bundleFolder = join(bundleRoot, 'node_modules', '.cache', 'sluice-cli')

/** Names the newest bundle, and what it was made of. */
export const bundleRecordFile = join(bundleFolder, 'newest.json')

export interface BundleRecord {
  version: 1
  /** Of Node. */
  node: string
  /** The module with `runProgram`. */
  program: string
  /** Every file of ours that went in, and npm's note of what is installed: path, time in milliseconds, size in bytes. */
  inputs: [path: string, modifiedMs: number, sizeBytes: number][]
}
