/** Why a job that could begin does not. */
export const waitSentence = (resourceGroup: string): string =>
  `waits for resource group "${resourceGroup}", which another job holds`
