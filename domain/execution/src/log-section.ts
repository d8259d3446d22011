/**
 * The line that opens a section of a log, as GitLab Runner writes it. `name`: letters, digits, `_`, `-`, `.`.
 * @param nowMs the time; the marker holds whole seconds.
 */
export function sectionStart(name: string, header: string, nowMs: number): string {
  return `section_start:${Math.floor(nowMs / 1000)}:${name}\r\u001B[0K\u001B[0K\u001B[36;1m${header}\u001B[0;m\n`
}

/** The line that closes a section. */
export function sectionEnd(name: string, nowMs: number): string {
  return `section_end:${Math.floor(nowMs / 1000)}:${name}\r\u001B[0K`
}
