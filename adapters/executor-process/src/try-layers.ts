import { randomUUID } from 'node:crypto'
import { lchown, lstat, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IsolatedSpec, Isolation, WritablePath } from '@sluice/execution'
import type { FileOwner } from './extract-files.ts'
import { withFolderView } from './folder-view.ts'
import { removeFolder } from './remove-folder.ts'
import { startIsolated } from './start-isolated.ts'

const limitMs = 20_000

/** What a job does with files beneath its own, and what a disk that cannot carry layers fails at. */
const trial = 'rm -r d && mkdir d && : >d/new && test ! -e d/old && mv d e && test -e e/new'

/** Whether workspaces in this folder can have layers: tried, as it depends on kernel, rights and disk. Takes some 50 ms. */
export async function layersWork(folder: string, isolation: Isolation): Promise<boolean> {
  if (isolation.view === undefined) return false
  const root = join(folder, `layers-${randomUUID()}`)
  try {
    const layers = { below: [join(root, 'below')], work: join(root, 'work') }
    const path = { from: join(root, 'upper'), to: '/builds/trial', layers }
    await makeTrial(path, isolation.owner('job'))
    if (!(await runTrial(path, isolation))) return false
    await withFolderView(isolation, path, async (seen) => lstat(join(seen, 'e/new')))
    return true
  } catch {
    return false
  } finally {
    await removeFolder(root)
  }
}

async function makeTrial({ from, layers }: WritablePath, owner: FileOwner): Promise<void> {
  const below = layers?.below[0] ?? ''
  const folders = [from, layers?.work ?? '', below, join(below, 'd')]
  for (const place of folders) await mkdir(place, { recursive: true })
  await writeFile(join(below, 'd/old'), '')
  if (owner === null) return
  for (const place of [from, below, join(below, 'd'), join(below, 'd/old')]) await lchown(place, owner.uid, owner.gid)
}

async function runTrial(path: WritablePath, isolation: Isolation): Promise<boolean> {
  const spec: IsolatedSpec = {
    command: ['/bin/sh', '-c', trial],
    cwd: path.to,
    env: {},
    readOnlyPaths: [],
    writablePaths: [path],
    network: true,
    user: 'job',
  }
  return (await startIsolated(isolation, spec, limitMs, () => undefined).ended).outcome === 'success'
}
