/**
 * The form that nearly every answer has: one root, and inside it texts by name, each name once. Names as all providers
 * write them, in which none of JavaScript's own can hide.
 */
const ROOT =
  /^(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>)?[ \t\n]*<([A-Z][A-Za-z]*)(?: xmlns="[^"<&]*")?>/;
const TEXT = /[ \t\n]*<([A-Z][A-Za-z0-9]*)>([^<]*)<\/\1>/y;
const END = /[ \t\n]*<\/([A-Z][A-Za-z]*)>$/y;
/** Line ends that XML normalises, and characters that it does not know. */
const ODD = /[^\t\n\x20-\ud7ff]/;

/** The name of the root, and the raw texts in it by name. */
export interface FlatDocument {
  readonly name: string;
  readonly texts: Record<string, string>;
}

/**
 * Reads such a document in one pass, because a parser for everything takes longer for the answer to a part copy than
 * signing the request did. Entities are left as they stand.
 *
 * @param text Without blanks at its ends.
 * @param isList Names that are lists, of which a flat document has none.
 * @returns undefined for every other document, well-formed or not: the parser has to judge it.
 */
export function readFlat(text: string, isList: (name: string) => boolean): FlatDocument | undefined {
  const root = ROOT.exec(text);
  if (root === null || ODD.test(text)) return undefined;
  const [opening, name = ''] = root;
  TEXT.lastIndex = opening.length;
  const texts: Record<string, string> = {};
  let end = opening.length;
  for (let element = TEXT.exec(text); element !== null; element = TEXT.exec(text)) {
    const [, child = '', content = ''] = element;
    if (isList(child) || texts[child] !== undefined) return undefined;
    texts[child] = content;
    end = TEXT.lastIndex;
  }
  END.lastIndex = end;
  return end > opening.length && END.exec(text)?.[1] === name ? { name, texts } : undefined;
}
