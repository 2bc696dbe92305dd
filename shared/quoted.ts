/** Characters of a text that a sentence quotes: enough to find it again. */
const SHOWN = 500;

/** A text of somebody else's inside a sentence: in quotes, on one line, of bounded length. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= SHOWN ? text : `${text.slice(0, SHOWN).toWellFormed()}…`);
}
