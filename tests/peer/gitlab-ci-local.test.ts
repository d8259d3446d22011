import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { documentedRows, documentPath } from './documented-rows.ts'
import { listDifferences } from './list-differences.ts'
import { compilePipeline, ownPipelines, planIn, publicPipelines, type PeerPipeline } from './peer-pipelines.ts'
import { askPeer, commitAll, peerLacks } from './peer-program.ts'
import { previewDifferences } from './preview-differences.ts'

/**
 * The same pipelines, given to gitlab-ci-local and to us, for a push to main. What differs is written, with its reason, in
 * the document, and nothing else may. What the peer does not answer within a minute in all is skipped.
 */
const budgetMs = 60_000
/** What is begun is let end, on a machine that may have more to do. */
const patienceMs = 600_000
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

const missing = 'gitlab-ci-local gave no answer within half a minute'

let begunMs: number | null = null

/** A copy of the pipeline's folder as a repository. Skips the test where the peer cannot be asked, or no more. */
async function repositoryOf(pipeline: PeerPipeline, use: string, context: TestContext): Promise<string> {
  const lacking = peerLacks()
  if (lacking !== null) context.skip(lacking)
  begunMs ??= Date.now()
  if (Date.now() - begunMs > budgetMs) context.skip('gitlab-ci-local took a minute for those before')
  const folder = join(work, use, pipeline.name.replaceAll('/', '_'))
  cpSync(pipeline.folder, folder, { recursive: true })
  await commitAll(folder)
  return folder
}

test('pipelines that others wrote are compared', (context) => {
  if (publicPipelines().length === 0) context.skip('they are not here: set SLUICE_SHARED_DATA')
  expect(publicPipelines().length).toBeGreaterThan(80)
})

describe.concurrent('what --preview makes of a pipeline differs from its plan only as the document says', () => {
  const documented = documentedRows('What a preview says otherwise')

  test.for(previewed)('$name', { timeout: patienceMs }, async (pipeline, context) => {
    const folder = await repositoryOf(pipeline, 'preview', context)
    const plan = planIn(await compilePipeline(pipeline))
    const { output, isMissing } = await askPeer(folder, home, ['--preview', '--no-json-schema-validation'])
    if (isMissing) context.skip(missing)
    const differences = plan === null ? ['refused here'] : previewDifferences(plan, output)
    expect(differences).toEqual(documented.get(pipeline.name) ?? [])
  })
})

describe.concurrent('what --list-csv-all says of jobs differs from the plan only as the document says', () => {
  const documented = documentedRows('What a list says otherwise')

  test.for(pipelines)('$name', { timeout: patienceMs }, async (pipeline, context) => {
    const folder = await repositoryOf(pipeline, 'list', context)
    const plan = planIn(await compilePipeline(pipeline))
    // Its check by the schema for editors takes half of its time, and is no matter of the pipeline's meaning.
    const unchecked = plan === null ? [] : ['--no-json-schema-validation']
    const answer = await askPeer(folder, home, ['--file', pipeline.path, '--list-csv-all', ...unchecked])
    if (answer.isMissing) context.skip(missing)
    expect(listDifferences(plan, answer), answer.errors).toEqual(documented.get(pipeline.name) ?? [])
  })

  test(`${documentPath} tells of no other pipelines`, (context) => {
    if (publicPipelines().length === 0) context.skip('pipelines that others wrote are not here')
    const names = new Set(pipelines.map(({ name }) => name))
    expect([...documented.keys()].filter((name) => !names.has(name))).toEqual([])
  })
})
