import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { documentedRows, documentPath } from './documented-rows.ts'
import { listDifferences } from './list-differences.ts'
import { compilePipeline, ownPipelines, planIn, publicPipelines, type PeerPipeline } from './peer-pipelines.ts'
import { askPeer, commitAll, peerLacks } from './peer-program.ts'
import { previewDifferences } from './preview-differences.ts'

/**
 * The same pipelines, given to gitlab-ci-local and to us, for a push to main. What differs is written, with its reason, in
 * the document, and nothing else may. The peer takes half a second for each, so `npm test` leaves them to `npm run test:peer`.
 */
const work = mkdtempSync(join(tmpdir(), 'sluice-peer-'))
const home = join(work, 'home')
mkdirSync(home)
afterAll(() => rmSync(work, { recursive: true, force: true }))

const pipelines = [...publicPipelines(), ...ownPipelines()]
/** Those in which most is merged, whose jobs are compared whole. */
const previewed = ownPipelines().filter(({ name }) =>
  [
    'own/anchors-merge-keys',
    'own/default-fills-what-is-missing',
    'own/default-is-not-merged',
    'own/extends-a-chain',
    'own/extends-lists-are-replaced',
    'own/extends-nothing-takes-away',
    'own/include-from-an-included-file',
    'own/include-later-wins',
    'own/inputs-as-numbers-and-flags',
    'own/inputs-in-names',
    'own/reference-inside-a-script',
    'own/reference-to-a-map',
    'own/variables-job-over-pipeline',
  ].includes(name),
)

const lacking = peerLacks()
const absent =
  publicPipelines().length === 0 ? 'pipelines that others wrote are not here: set SLUICE_SHARED_DATA' : null
const titled = (title: string, reason: string | null): string => (reason === null ? title : `${title} (${reason})`)

/** A copy of the pipeline's folder as a repository. */
async function repositoryOf(pipeline: PeerPipeline, use: string): Promise<string> {
  const folder = join(work, use, pipeline.name.replaceAll('/', '_'))
  cpSync(pipeline.folder, folder, { recursive: true })
  await commitAll(folder)
  return folder
}

test.skipIf(absent !== null)(titled('pipelines that others wrote are compared', absent), () => {
  expect(publicPipelines().length).toBeGreaterThan(80)
})

const ofPreviews = 'what --preview makes of a pipeline differs from its plan only as the document says'
describe.skipIf(lacking !== null).concurrent(titled(ofPreviews, lacking), () => {
  const documented = documentedRows('What a preview says otherwise')

  test.for(previewed)('$name', async (pipeline, { expect }) => {
    const folder = await repositoryOf(pipeline, 'preview')
    const plan = planIn(await compilePipeline(pipeline))
    const { output } = await askPeer(folder, home, ['--preview', '--no-json-schema-validation'])
    const differences = plan === null ? ['refused here'] : previewDifferences(plan, output)
    expect(differences).toEqual(documented.get(pipeline.name) ?? [])
  })
})

const ofLists = 'what --list-csv-all says of jobs differs from the plan only as the document says'
describe.skipIf(lacking !== null).concurrent(titled(ofLists, lacking), () => {
  const documented = documentedRows('What a list says otherwise')

  test.for(pipelines)('$name', async (pipeline, { expect }) => {
    const folder = await repositoryOf(pipeline, 'list')
    const plan = planIn(await compilePipeline(pipeline))
    // Its check by the schema for editors takes half of its time, and is no matter of the pipeline's meaning.
    const unchecked = plan === null ? [] : ['--no-json-schema-validation']
    const answer = await askPeer(folder, home, ['--file', pipeline.path, '--list-csv-all', ...unchecked])
    expect(listDifferences(plan, answer), answer.errors).toEqual(documented.get(pipeline.name) ?? [])
  })

  test.skipIf(absent !== null)(titled(`${documentPath} tells of no other pipelines`, absent), ({ expect }) => {
    const names = new Set(pipelines.map(({ name }) => name))
    expect([...documented.keys()].filter((name) => !names.has(name))).toEqual([])
  })
})
