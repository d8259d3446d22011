import { limits } from '../limits.ts'
import type { Located } from '../yaml/located.ts'
import type { Reading } from './reading.ts'
import { flatItems, isText, wrongType } from './values.ts'

/** `script`, `before_script`, `after_script`: a text, or a list of texts nested ten levels at most, made flat. */
export function readScript(node: Located, keyword: string, reading: Reading): string[] {
  if (isText(node)) return [node.value]
  if (node.kind !== 'list') {
    wrongType(node, keyword, 'a text or a list of texts', reading)
    return []
  }
  return flatItems(node, limits.scriptNesting - 1).flatMap((item) => readLine(item, keyword, reading))
}

function readLine(item: Located, keyword: string, reading: Reading): string[] {
  if (isText(item)) return [item.value]
  const wanted =
    item.kind === 'list' ? 'texts nested 10 levels at most' : 'a text (quote a line that YAML takes for something else)'
  wrongType(item, keyword, wanted, reading)
  return []
}
