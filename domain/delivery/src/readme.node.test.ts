import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('the example of the README runs', async () => {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(`${folder}README.md`, 'utf8')) ?? []
  const file = `${folder}.readme-example-${process.pid}.ts`
  writeFileSync(file, example ?? 'throw new Error("README.md has no example")')
  try {
    await expect(import(/* @vite-ignore */ file)).resolves.toMatchObject({
      next: { kind: 'deploy', environment: 'staging', releaseId: 'r1' },
      said: '版本正在部署到环境 staging。',
    })
  } finally {
    rmSync(file)
  }
})
