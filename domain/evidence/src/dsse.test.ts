import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeSigner } from '../testing/fake-signer.ts'
import { signerCases } from '../testing/signer.cases.ts'
import { dssePae, signStatement, statementPayloadType, verifyEnvelope } from './dsse.ts'
import { makeStatement } from './statement.ts'
import { fromBase64, toBase64 } from './text/base64.ts'
import { decodeWhole } from './text/decode-text.ts'
import { encodeUtf8 } from './text/encode-utf8.ts'

signerCases('fakeSigner()', async () => ({ one: fakeSigner('one'), other: fakeSigner('other') }))

const statement = makeStatement({
  name: 'tests',
  subject: { name: 'card', digest: { gitCommit: 'a'.repeat(40) } },
  format: 'junit',
  tool: { name: 'vitest', version: null },
  at: '2026-01-01T00:00:00Z',
  reportDigest: 'sha256:abc',
  reportPath: 'junit.xml',
  reportFiles: [{ path: 'junit.xml', digest: 'sha256:abc' }],
  producer: {
    runId: 'run-1',
    job: 'unit',
    attempt: 1,
    runnerId: 'runner-1',
    definitionDigest: 'sha256:d',
    protectedDefinitionDigest: 'sha256:d',
    isolation: 'uid',
  },
  fact: {
    kind: 'tests',
    total: 2,
    passed: 1,
    failed: 1,
    errors: 0,
    skipped: 0,
    durationMs: 3,
    failures: [{ name: 'b', suite: 's', outcome: 'failed', message: '', file: null }],
    failuresOmitted: 0,
  },
})

describe('dssePae()', () => {
  it('writes the example of DSSE 1.0.2', () => {
    const pae = dssePae('http://example.com/HelloWorld', encodeUtf8('hello world'))
    expect(decodeWhole(pae)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  it('counts bytes, not characters', () => {
    expect(decodeWhole(dssePae('x', encodeUtf8('通')))).toBe('DSSEv1 1 x 3 通')
  })
})

describe('makeStatement()', () => {
  it('carries the standard part of a test result and the fact beside it', () => {
    expect(statement.predicateType).toBe('https://in-toto.io/attestation/test-result/v0.1')
    expect(statement.predicate).toMatchObject({
      result: 'FAILED',
      configuration: [{ name: 'junit.xml', digest: { sha256: 'abc' } }],
      failedTests: ['s / b'],
      sluice: { name: 'tests', fact: { total: 2 }, producer: { job: 'unit' } },
    })
  })
})

describe('verifyEnvelope()', () => {
  const signer = fakeSigner()
  const refused = async (
    change: (envelope: Awaited<ReturnType<typeof signStatement>>) => unknown,
  ): Promise<unknown> => {
    const envelope = await signStatement(statement, signer)
    return verifyEnvelope(change(envelope), [signer.verifier]).then(
      () => null,
      (error: { code: string }) => error.code,
    )
  }

  it('takes standard and URL-safe base64', async () => {
    const { payloadType, payload, signatures } = await signStatement(statement, signer)
    const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    const envelope = {
      payloadType,
      payload: urlSafe(payload),
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: urlSafe(sig) })),
    }
    expect(await verifyEnvelope(envelope, [signer.verifier])).toEqual(statement)
  })

  it('takes one good signature among others, and a missing key id', async () => {
    const { payloadType, payload, signatures } = await signStatement(statement, signer)
    const envelope = { payloadType, payload, signatures: [{ keyid: 'x', sig: 'AAAA' }, { sig: signatures[0]?.sig }] }
    expect(await verifyEnvelope(envelope, [signer.verifier])).toEqual(statement)
  })

  it('refuses a changed payload, also one whose JSON means the same', async () => {
    const spaced = (payload: string): string =>
      toBase64(encodeUtf8(` ${decodeWhole(fromBase64(payload) ?? new Uint8Array())}`))
    expect(await refused((envelope) => ({ ...envelope, payload: spaced(envelope.payload) }))).toBe(
      'EVIDENCE_BAD_SIGNATURE',
    )
  })

  it('verifies before it parses', async () => {
    expect(await refused((envelope) => ({ ...envelope, payload: toBase64(encodeUtf8('{not json')) }))).toBe(
      'EVIDENCE_BAD_SIGNATURE',
    )
  })

  it('refuses signed bytes that are no statement', async () => {
    const payload = encodeUtf8('{"_type":"other"}')
    const sig = toBase64(await signer.sign(dssePae(statementPayloadType, payload)))
    const envelope = {
      payloadType: statementPayloadType,
      payload: toBase64(payload),
      signatures: [{ keyid: signer.keyId, sig }],
    }
    await expect(verifyEnvelope(envelope, [signer.verifier])).rejects.toMatchObject({ code: 'EVIDENCE_BAD_ENVELOPE' })
  })

  it.each([
    ['another payload type', (envelope: object) => ({ ...envelope, payloadType: 'text/plain' })],
    ['no signature', (envelope: object) => ({ ...envelope, signatures: [] })],
    ['a payload that is not base64', (envelope: object) => ({ ...envelope, payload: '*' })],
    ['nothing', () => null],
  ])('refuses %s', async (_, change) => {
    expect(await refused(change)).toBe('EVIDENCE_BAD_ENVELOPE')
  })
})

describe('base64', () => {
  it('gives back every sequence of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each([['A'], ['AB='], ['AB=='.slice(0, 3)], ['AAA*'], ['AB'], ['AA A']])('refuses "%s"', (text) => {
    expect(fromBase64(text)).toBeNull()
  })
})
