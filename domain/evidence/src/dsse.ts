import type { DsseEnvelope, Statement } from '@sluice/contracts/evidence'
import { canonicalJson, SluiceError } from '@sluice/kernel'
import { z } from 'zod'
import type { EvidenceErrorCode } from './errors.ts'
import type { Signer, Verifier } from './ports.ts'
import { fromBase64, toBase64 } from './text/base64.ts'
import { decodeWhole } from './text/decode-text.ts'
import { encodeUtf8 } from './text/encode-utf8.ts'

/** Payload type of in-toto statements. */
export const statementPayloadType = 'application/vnd.in-toto+json'

const envelopeSchema = z.looseObject({
  payloadType: z.string().max(200),
  payload: z.string().max(64_000_000),
  signatures: z
    .array(z.looseObject({ keyid: z.string().default(''), sig: z.string().max(100_000) }))
    .min(1)
    .max(100),
})

const statementSchema = z.looseObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.looseObject({ name: z.string().default(''), digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string().min(1),
  predicate: z.record(z.string(), z.unknown()).default({}),
})

/**
 * The bytes that are signed: `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in bytes (DSSE 1.0.2,
 * Signature Definition). Length prefixes keep type and payload from running into each other.
 */
export function dssePae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType)
  const head = [...encodeUtf8(`DSSEv1 ${type.length} `), ...type, ...encodeUtf8(` ${payload.length} `)]
  const bytes = new Uint8Array(head.length + payload.length)
  bytes.set(head)
  bytes.set(payload, head.length)
  return bytes
}

/** Signs the canonical JSON of the statement. */
export async function signStatement(statement: Statement, signer: Signer): Promise<DsseEnvelope> {
  const payload = encodeUtf8(canonicalJson(statement))
  const signature = await signer.sign(dssePae(statementPayloadType, payload))
  return {
    payloadType: statementPayloadType,
    payload: toBase64(payload),
    signatures: [{ keyid: signer.keyId, sig: toBase64(signature) }],
  }
}

/**
 * The statement of an envelope, if at least one of the keys signed it. The bytes are verified first and these very
 * bytes are parsed then; `keyid` is only a hint, so a signature with an unknown one is tried with every key.
 * @throws SluiceError EVIDENCE_BAD_ENVELOPE, EVIDENCE_BAD_SIGNATURE
 */
export async function verifyEnvelope(envelope: unknown, keys: readonly Verifier[]): Promise<Statement> {
  const { payloadType, payload, signatures } = envelopeOf(envelope)
  if (payloadType !== statementPayloadType) {
    throw refuse('EVIDENCE_BAD_ENVELOPE', `its payload type is "${payloadType}", wanted "${statementPayloadType}"`)
  }
  const bytes = fromBase64(payload)
  if (!bytes) throw refuse('EVIDENCE_BAD_ENVELOPE', 'its payload is not base64')
  const signed = dssePae(payloadType, bytes)
  for (const { keyid, sig } of signatures) {
    if (await signedByOne(signed, keyid, fromBase64(sig), keys)) return statementOf(bytes)
  }
  const ids = signatures.map(({ keyid }) => `"${keyid.slice(0, 100)}"`).join(', ')
  throw refuse('EVIDENCE_BAD_SIGNATURE', `no trusted key made a signature of it; its key ids are ${ids}`)
}

async function signedByOne(
  signed: Uint8Array,
  keyId: string,
  signature: Uint8Array | null,
  keys: readonly Verifier[],
): Promise<boolean> {
  if (!signature || signature.length === 0) return false
  const named = keys.filter((key) => key.keyId === keyId)
  for (const key of named.length > 0 ? named : keys) {
    if (await key.verify(signed, signature)) return true
  }
  return false
}

function envelopeOf(value: unknown): z.infer<typeof envelopeSchema> {
  const parsed = envelopeSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refuse('EVIDENCE_BAD_ENVELOPE', 'it has not the members payloadType, payload and signatures', parsed.error)
}

function statementOf(bytes: Uint8Array): Statement {
  let value: unknown
  try {
    value = JSON.parse(decodeWhole(bytes))
  } catch (error) {
    throw refuse('EVIDENCE_BAD_ENVELOPE', 'its payload is not JSON', error)
  }
  const parsed = statementSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refuse('EVIDENCE_BAD_ENVELOPE', 'its payload is not an in-toto Statement v1', parsed.error)
}

function refuse(code: EvidenceErrorCode, why: string, cause?: unknown): SluiceError {
  return new SluiceError(code, `Cannot verify the envelope: ${why}`, { status: 422, cause })
}
