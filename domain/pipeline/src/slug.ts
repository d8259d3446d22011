/** GitLab's slug of a name: lower case, 63 letters at most, anything but `0-9a-z` becomes `-`, none at the ends. */
export function slug(name: string): string {
  const dashed = name.toLowerCase().replaceAll(/[^0-9a-z]/g, '-')
  return trimDashes(dashed.slice(0, 63))
}

function trimDashes(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === '-') start++
  while (end > start && text[end - 1] === '-') end--
  return text.slice(start, end)
}
