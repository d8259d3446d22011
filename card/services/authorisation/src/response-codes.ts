/** Answers of the issuer: ISO 8583:1987, data element 39. */
export const responseCodes = {
  approved: '00',
  noSuchAccount: '14',
  insufficientFunds: '51',
  /** The original came after its reversal. */
  tooLate: '68',
  /** The reference was already used by another request. */
  duplicate: '94',
} as const

export type ResponseCode = (typeof responseCodes)[keyof typeof responseCodes]
