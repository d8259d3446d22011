import type { PlanJobOptions } from '@sluice/contracts/plan'

const providerNames = {
  vault: 'HashiCorp Vault',
  gcp_secret_manager: 'GCP Secret Manager',
  azure_key_vault: 'Azure Key Vault',
  aws_secrets_manager: 'AWS Secrets Manager',
  akeyless: 'Akeyless',
  gitlab_secrets_manager: 'GitLab Secrets Manager',
  google_cloud: 'Google Cloud',
}

/**
 * Why a job cannot get what its script counts on: secrets, ID tokens, an identity. No provider of these can be set up
 * yet, and a job without them must not begin, as GitLab does not begin one whose provider it cannot find.
 * @returns a sentence that names each with its provider; `null` where the job wants none
 */
export function missingProviders({
  secrets = {},
  idTokens = {},
  identity,
}: Pick<PlanJobOptions, 'secrets' | 'idTokens' | 'identity'>): string | null {
  const wants = [
    ...Object.entries(secrets).map(([name, { provider }]) => `secret ${name} from ${providerNames[provider]}`),
    ...Object.keys(idTokens).map((name) => `ID token ${name} from a token issuer`),
    ...(identity === undefined ? [] : [`an identity from ${providerNames[identity]}`]),
  ]
  return wants.length === 0 ? null : `it wants ${wants.join(', ')}, and no such provider is set up here`
}
