/** Whether a branch or a tag may have this name, git-check-ref-format(1). */
export function isRefName(name: string): boolean {
  const hasForbidden = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)/u.test(name)
  return name !== '' && name !== '@' && name.length <= 200 && !hasForbidden && !/^[-./]|[./]$/.test(name)
}
