/** Numbers of system calls, from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h). */
const tables: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  x64: {
    mount: 165,
    umount2: 166,
    pivot_root: 155,
    unshare: 272,
    clone: 56,
    prctl: 157,
    setgroups: 116,
    setresuid: 117,
    setresgid: 119,
    capset: 126,
    sethostname: 170,
    setrlimit: 160,
    exit_group: 231,
    close_range: 436,
  },
  arm64: {
    mount: 40,
    umount2: 39,
    pivot_root: 41,
    unshare: 97,
    clone: 220,
    prctl: 167,
    setgroups: 159,
    setresuid: 147,
    setresgid: 149,
    capset: 91,
    sethostname: 161,
    setrlimit: 164,
    exit_group: 94,
    close_range: 436,
  },
}

/** The system calls that spawner.pl makes, as `name=number`; `null` for a machine whose numbers are not known here. */
export function systemCalls(architecture: string): string[] | null {
  const table = tables[architecture]
  return table === undefined ? null : Object.entries(table).map(([name, number]) => `${name}=${number}`)
}
