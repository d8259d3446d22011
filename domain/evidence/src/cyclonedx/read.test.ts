import type { ComponentsFact } from '@sluice/contracts/evidence'
import { describe, expect, it } from 'vitest'
import { readReport } from '../read-report.ts'
import { encodeUtf8 } from '../text/encode-utf8.ts'

const bom = (components: unknown, more: object = {}): string =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components, ...more })
const read = (json: string): ReturnType<typeof readReport> => readReport('cyclonedx', encodeUtf8(json))
const library = (more: object = {}): object => ({ type: 'library', name: 'left-pad', ...more })

describe('readReport() of CycloneDX', () => {
  it('counts components with those nested in them, and licences', () => {
    const nested = library({
      name: 'outer',
      licenses: [{ license: { id: 'MIT' } }],
      components: [library(), library({ name: 'c' })],
    })
    const fact = read(bom([nested, library({ name: 'd', licenses: [{ expression: 'MIT OR Apache-2.0' }] })]))
      .fact as ComponentsFact
    expect(fact).toMatchObject({
      total: 4,
      specVersion: '1.6',
      licences: { MIT: 1, 'MIT OR Apache-2.0': 1, unknown: 2 },
    })
    expect(fact.components.map(({ name }) => name)).toEqual(['outer', 'left-pad', 'c', 'd'])
  })

  it('leaves out the thing that the bill describes, and names the tool', () => {
    const metadata = {
      component: library(),
      tools: { components: [{ type: 'application', name: 'cdxgen', version: '2' }] },
    }
    expect(read(bom([], { metadata }))).toMatchObject({ fact: { total: 0 }, tool: { name: 'cdxgen', version: '2' } })
  })

  it('prefers a concluded expression of 1.7 to what was declared', () => {
    const licenses = [{ license: { id: 'MIT' } }, { expression: 'MIT AND BSD-3-Clause', acknowledgement: 'concluded' }]
    expect((read(bom([library({ licenses })], { specVersion: '1.7' })).fact as ComponentsFact).licences).toEqual({
      'MIT AND BSD-3-Clause': 1,
    })
    expect(() => read(bom([library({ licenses })]))).toThrow('components[0].licenses: an expression must stand alone')
  })

  it('reads a bill that is nested ten thousand deep', () => {
    const deep = `${'{"type":"library","name":"x","components":['.repeat(10_000)}${']}'.repeat(10_000)}`
    const fact = read(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${deep}]}`).fact as ComponentsFact
    expect(fact.total).toBe(10_000)
  })

  it.each([
    ['EVIDENCE_WRONG_FORMAT', '"x" is no format', bom([], { bomFormat: 'x' })],
    ['EVIDENCE_WRONG_FORMAT', 'a version of the future', bom([], { specVersion: '2.0' })],
    ['EVIDENCE_WRONG_FORMAT', 'a component without name', bom([{ type: 'library' }])],
    ['EVIDENCE_WRONG_FORMAT', 'a nested component without name', bom([library({ components: [{ type: 'library' }] })])],
    [
      'EVIDENCE_WRONG_FORMAT',
      'a licence id that SPDX has not',
      bom([library({ licenses: [{ license: { id: 'Apache-2' } }] })]),
    ],
    ['EVIDENCE_WRONG_FORMAT', 'one reference for two', bom([library({ 'bom-ref': 'a' }), library({ 'bom-ref': 'a' })])],
    ['EVIDENCE_TRUNCATED', 'a cut file', bom([library()]).slice(0, -1)],
    ['EVIDENCE_NOT_JSON', 'XML', '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>'],
  ])('refuses with %s %s', (code, _, json) => {
    expect(() => read(json)).toThrow(expect.objectContaining({ code }) as Error)
  })
})
