import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { measure } from '../measure.ts'
import { makeCheckouts, type Files } from '../repository.ts'
import type { Row, Work } from '../row.ts'
import { peer, sluice } from '../tools.ts'

/** Files of 10 KiB whose contents all differ, made as quickly as a shell can. */
const makeFiles = (folder: string, count: number): string =>
  `mkdir -p ${folder} && (seq 9999999999 || true) | head -c ${count * 10_240} | split -b 10240 -a 4 - ${folder}/f`

const countFiles = (folder: string, count: number): string => `test "$(ls ${folder} | wc -l)" = ${count}`

const emptied = (folder: string) => async (): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
}

const bash = (script: string): string[] => ['bash', '-c', script]

const artifactsYaml = `stages: [make, use]
make:
  stage: make
  script:
    - '${makeFiles('out', 5000)}'
  artifacts: { paths: [out/] }
use:
  stage: use
  script:
    - '${countFiles('out', 5000)}'
`

const artifacts: Row = {
  name: 'artifacts',
  title: '5,000 files (50 MB) as artifacts to the next job; floor: both scripts, cp -a to a store and on',
  reach: [{ kind: 'times', of: 'floor', atMost: 0.5 }],
  async prepare(folder) {
    const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': artifactsYaml })
    const place = join(folder, 'floor')
    const script = [
      `mkdir make store use && cd make && ${makeFiles('out', 5000)}`,
      `cp -a out ../store/ && cp -a ../store/out ../use/ && cd ../use && ${countFiles('out', 5000)}`,
    ].join(' && ')
    return {
      floor: { command: bash(script), cwd: place, before: emptied(place) },
      ours: { command: [sluice, 'run'], cwd: ours },
      peer: {
        command: [...peer, '--shell-isolation'],
        cwd: theirs,
        before: emptied(join(theirs, '.gitlab-ci-local')),
      },
    }
  },
}

const cacheYaml = `install:
  cache: { key: deps, paths: [deps/] }
  script:
    - 'test -d deps || { ${makeFiles('deps', 20_000)}; }'
    - '${countFiles('deps', 20_000)}'
`

const cache: Row = {
  name: 'cache',
  title: 'a cache of 20,000 files (200 MB) restored, used and saved again; floor: cp -a from a store',
  reach: [{ kind: 'times', of: 'floor', atMost: 0.3 }],
  async prepare(folder) {
    const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': cacheYaml })
    const place = join(folder, 'floor')
    const mine: Work = { command: [sluice, 'run'], cwd: ours }
    const other: Work = { command: [...peer, '--shell-isolation'], cwd: theirs }
    // The first run fills the caches.
    for (const work of [mine, other]) await measure(work, folder)
    const store = `${folder}/store`
    await emptied(store)()
    await measure({ command: bash(makeFiles('deps', 20_000)), cwd: store }, folder)
    return {
      floor: { command: ['cp', '-a', `${store}/deps`, 'deps'], cwd: place, before: emptied(place) },
      ours: mine,
      peer: other,
    }
  },
}

function trackedFiles(): Files {
  const line = 'a line of a file that is sixty bytes long without its break\n'
  const files: Record<string, string> = { '.gitlab-ci.yml': 'look:\n  script:\n    - ls | wc -l\n' }
  for (let number = 0; number < 10_000; number += 1)
    files[`src/${number % 100}/file-${number}.txt`] = `${number}\n${line.repeat(170)}`
  return files
}

function tracked(name: string, isFirst: boolean): Row {
  return {
    name,
    title: `10,000 tracked files (100 MB), one job, ${isFirst ? 'first run' : 'nothing changed'}; floor: cp -a`,
    reach: [isFirst ? { kind: 'times', of: 'floor', atMost: 1 } : { kind: 'times', of: 'peer', atMost: 0.25 }],
    async prepare(folder) {
      const { ours, peer: theirs } = await makeCheckouts(folder, trackedFiles())
      const place = join(folder, 'floor')
      const forget = (path: string) => (isFirst ? { before: emptied(path) } : {})
      const mine: Work = { command: [sluice, 'run'], cwd: ours, ...forget(join(ours, '.sluice')) }
      const other: Work = { command: peer, cwd: theirs, ...forget(join(theirs, '.gitlab-ci-local')) }
      if (!isFirst) for (const work of [mine, other]) await measure(work, folder)
      return {
        floor: {
          command: bash(`cp -a '${ours}/src' '${ours}/.gitlab-ci.yml' .`),
          cwd: place,
          before: emptied(place),
        },
        ours: mine,
        peer: other,
      }
    },
  }
}

export const fileRows: readonly Row[] = [
  artifacts,
  cache,
  tracked('tracked-first', true),
  tracked('tracked-again', false),
]
