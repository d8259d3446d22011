/**
 * What every container of a job may: as Podman by default, so that package managers and users of images work as they do
 * elsewhere; no raw network packets, no device nodes, no words in the machine's audit log; and never privileged.
 */
export const restrictions = { Privileged: false, CapDrop: ['AUDIT_WRITE', 'MKNOD', 'NET_RAW'] } as const
