/**
 * Criteria that describe a weaker state which a higher one of the same item replaces: the lower counts as met where
 * all of these are met. From the comparison of the levels' texts; our reading, not the standard's.
 */
export const supersededBy: Record<string, string[]> = Object.fromEntries(
  (
    [
      ['CM-VC-BM', '2a', '3a', '3b'],
      ['CM-VC-SSOT', '2a', '3a'],
      ['CM-CM-CP', '2b', '3a', '3b'],
      ['CM-CM-CP', '2c', '3a', '3b'],
      ['CM-CM-CR', '2a', '3b'],
      ['BCI-BP-BE', '2a', '3b'],
      ['BCI-BP-BR', '2a', '4a'],
      ['BCI-BP-BR', '3a', '4a'],
      ['BCI-CI-IF', '2a', '3a'],
      ['BCI-CI-IF', '3a', '4a'],
      ['BCI-CI-IM', '2a', '3a'],
      ['BCI-CI-FP', '2a', '3a'],
      ['BCI-CI-FP', '3a', '4a'],
      ['BCI-CI-FP', '4a', '5a'],
      ['TM-TH-HS', '2b', '3a'],
      ['TM-TH-HS', '3a', '4a'],
      ['TM-CQ-QR', '2a', '3a'],
      ['TM-CQ-QR', '3a', '4a'],
      ['TM-CQ-TM', '2a', '3a'],
      ['TM-AT-AE', '2b', '3a', '3b'],
      ['TM-AT-AA', '2a', '3a'],
      ['DRM-DRM-DM', '2a', '3a'],
      ['DRM-DRM-DM', '2b', '3a'],
      ['DRM-DRM-DS', '2a', '3a'],
      ['DRM-DRM-DS', '2b', '3b'],
      ['DRM-DRM-DS', '3a', '4a'],
      ['DRM-DRM-DQ', '2a', '3a'],
      ['DRM-DRM-DQ', '3a', '5a'],
      ['DRM-DP-PV', '2a', '3a'],
      ['DRM-DP-PV', '3a', '4a'],
      ['EM-EM-EB', '2a', '3a'],
      ['EM-EM-EB', '3a', '4b'],
      ['DM-TDM-DS', '2a', '3a'],
      ['DM-TDM-DS', '3a', '4a'],
      ['DM-DCM-CP', '2b', '3a'],
      ['MF-MI-MDM', '2a', '3a'],
      ['MF-MDI-MDU', '2a', '3a'],
      ['MF-MDI-SC', '2a', '3a'],
    ] as const
  ).map(([item, lower, ...higher]) => [`${item}-${lower}`, higher.map((key) => `${item}-${key}`)]),
)
