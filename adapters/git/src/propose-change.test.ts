import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitRepository } from './git-repository.ts'

const author = { name: 'Sluice demo', email: 'demo@localhost' }
const good = `diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-one
+two
`

async function repositoryWithOneFile() {
  const clock = fixedClock(1_800_000_000_000)
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'card.git'))
  const folder = writeFiles(scratchFolder(), { 'a.txt': 'one\n' })
  const { commit } = await repository.importFolder({ folder, branch: 'main', clock })
  const propose = (patch: string, branch = 'demo/x', title = 'A change', base = 'main') =>
    repository.proposeChange({ branch, base, patch, title, author, clock })
  return { repository, clock, base: commit, propose }
}

test('a patch becomes a commit on its branch, on top of the base', async () => {
  const { repository, base, propose } = await repositoryWithOneFile()
  const proposed = await propose(good)
  expect(proposed).toMatchObject({ branch: 'demo/x', base, changed: true })
  expect(await repository.resolve('demo/x')).toBe(proposed.commit)
  expect(await repository.readFile(proposed.commit, 'a.txt')).toBe('two\n')
  expect(await repository.resolve('main')).toBe(base)
  expect(await repository.commitInfo(proposed.commit)).toMatchObject({ title: 'A change', author: author.name })
})

test('the same patch again gives the same commit, though time goes on', async () => {
  const { clock, propose } = await repositoryWithOneFile()
  const first = await propose(good)
  clock.advance(60_000)
  expect(await propose(good)).toEqual({ ...first, changed: false })
  expect((await propose(good, 'demo/x', 'Another title')).commit).not.toBe(first.commit)
})

describe('a patch is refused', () => {
  const newFile = (path: string) =>
    `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`
  test.each([
    ['when it does not apply', good.replace('-one', '-other'), 'patch does not apply'],
    ['when its file is not there', good.replaceAll('a.txt', 'b.txt'), 'does not exist'],
    ['when it is no patch', 'hello\n', 'No valid patches'],
    ['when it leaves by ..', newFile('../evil'), 'invalid path'],
    ['when it writes into .git', newFile('.git/config'), 'invalid path'],
    ['when it writes through a link that it makes', `${link('way', '/tmp')}${newFile('way/evil')}`, 'symbolic link'],
    ['when it adds a submodule', submodule('sub'), 'submodule'],
    ['when it changes nothing', `${good}${reversed(good)}`, 'changes nothing'],
    ['when it is too large', `${good}${'#'.repeat(1_000_001)}`, 'larger than 1000000 bytes'],
  ])('%s', async (_name, patch, reason) => {
    const { repository, propose } = await repositoryWithOneFile()
    await expect(propose(patch)).rejects.toMatchObject({
      code: 'GIT_PATCH_REFUSED',
      message: expect.stringContaining(reason),
    })
    expect(await repository.find('demo/x')).toBeNull()
  })
})

test.each(['-x', '--upload-pack=x', 'a..b', 'a b', 'a~1', 'x.lock', '@{u}', 'refs/heads/x', 'a//b', 'a/.b', 'a/'])(
  'the branch name "%s" is refused',
  async (branch) => {
    const { propose } = await repositoryWithOneFile()
    await expect(propose(good, branch)).rejects.toMatchObject({ code: 'GIT_REF_REFUSED' })
  },
)

test('a change on its own base is refused', async () => {
  const { propose } = await repositoryWithOneFile()
  await expect(propose(good, 'main')).rejects.toMatchObject({ code: 'GIT_REF_REFUSED' })
})

test('an unknown base is named', async () => {
  const { propose } = await repositoryWithOneFile()
  await expect(propose(good, 'demo/x', 'A change', 'nowhere')).rejects.toMatchObject({ code: 'GIT_REF_UNKNOWN' })
})

function link(path: string, target: string): string {
  return `diff --git a/${path} b/${path}\nnew file mode 120000\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${target}\n\\ No newline at end of file\n`
}

function submodule(path: string): string {
  return `diff --git a/${path} b/${path}\nnew file mode 160000\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+Subproject commit ${'1'.repeat(40)}\n`
}

function reversed(patch: string): string {
  return patch.replace('-one', '-two').replace('+two', '+one')
}
