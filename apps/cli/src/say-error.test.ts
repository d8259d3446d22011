import { ApiFailure } from '@sluice/contracts/client'
import { SluiceError } from '@sluice/kernel'
import { expect, test } from 'vitest'
import { sentenceOf } from './say-error.ts'

test.each([
  [new SluiceError('CLI_X', 'Cannot do it: because'), 'Cannot do it: because [CLI_X]'],
  [new ApiFailure(404, 'RUN_UNKNOWN', 'Cannot find run "7"'), 'Cannot find run "7" [RUN_UNKNOWN]'],
  [
    Object.assign(new Error('write'), { code: 'ENOSPC' }),
    'Cannot write: the disk is full; free some space, then start again [CLI_DISK_FULL]',
  ],
  [
    Object.assign(new Error("Cannot find package 'listr2'\nmore"), { code: 'ERR_MODULE_NOT_FOUND' }),
    'Cannot load the packages of the checkout: run "npm ci" in it first (Cannot find package \'listr2\') [CLI_MODULES_MISSING]',
  ],
  [new Error('one\ntwo'), 'one'],
  ['text', 'text'],
])('%s is one line', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence)
})
