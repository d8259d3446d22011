export { fakeSigner } from './fake-signer.ts'
export { signerCases, type SignerPair } from './signer.cases.ts'
