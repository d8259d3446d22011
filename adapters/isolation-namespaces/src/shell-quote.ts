/** A word for `/bin/sh` that stands for exactly this text (POSIX Shell Command Language, 2.2.2). */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
