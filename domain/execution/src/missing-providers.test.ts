import { expect, it } from 'vitest'
import { missingProviders } from './missing-providers.ts'

const vault = { provider: 'vault' as const, settings: {}, file: true }

it.each([
  ['nothing', {}, null],
  ['a secret', { secrets: { KEY: vault } }, 'secret KEY from HashiCorp Vault'],
  [
    'secrets of two providers',
    { secrets: { A: vault, B: { ...vault, provider: 'azure_key_vault' as const } } },
    'secret A from HashiCorp Vault, secret B from Azure Key Vault',
  ],
  ['a token', { idTokens: { TOKEN: { aud: ['a'] } } }, 'ID token TOKEN from a token issuer'],
  ['an identity', { identity: 'google_cloud' as const }, 'an identity from Google Cloud'],
])('missingProviders() of a job that wants %s', (_, job, named) => {
  const sentence = missingProviders(job)
  expect(sentence).toEqual(named === null ? null : `it wants ${named}, and no such provider is set up here`)
})
