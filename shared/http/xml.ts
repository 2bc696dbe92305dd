import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { CopyError } from '../errors.ts';
import { readFlat } from './flat-xml.ts';

/** Elements that are lists in the answers of every provider, so that a single one is an array too. */
const LISTS: ReadonlySet<string> = new Set(['Part', 'Upload', 'Tag']);

/** Deeper than any answer of a provider (six levels), far from what could exhaust a stack. */
const MAX_DEPTH = 16;

const NAMED: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Everything stays text: `<UploadId>1e5</UploadId>` is not a number, `<Key> a </Key>` keeps its blanks. */
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Some stores write <s3:UploadId>: the same element under a prefix that the document itself chooses.
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  maxNestedTags: MAX_DEPTH,
  isArray,
  // The library's own decoder leaves `&#34;` alone unless it also takes HTML's names; XML knows exactly these.
  entityDecoder: { setExternalEntities, addInputEntities: refuseEntities, reset, decode, setXmlVersion },
});

/**
 * Reads an XML document into plain objects, arrays and texts for a schema to check: elements by name, attributes and
 * namespace declarations dropped.
 *
 * @returns the content of the root element.
 * @throws CopyError IncompleteAnswer for anything that is not one whole document with that root element.
 */
export function parseXml(body: Uint8Array, rootName: string): unknown {
  const { name, content } = parseDocument(body);
  if (name !== rootName)
    throw new CopyError('IncompleteAnswer', `The answer is a <${clip(name)}> instead of a <${rootName}>.`);
  return content;
}

/**
 * Reads an XML document whose root element may be one of several.
 *
 * @throws CopyError IncompleteAnswer for anything that is not one whole document.
 */
export function parseDocument(body: Uint8Array): { readonly name: string; readonly content: unknown } {
  const text = decodeUtf8(body);
  const flat = readFlat(text, isArray);
  if (flat !== undefined) return { name: flat.name, content: decoded(flat.texts) };
  if (text === '') throw new CopyError('IncompleteAnswer', 'The answer is empty where an XML document was expected.');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new CopyError('IncompleteAnswer', 'The answer declares a document type, which no object store does.');
  }
  const { '#text': _blanks, ...roots } = parsed(text);
  const [root, ...more] = Object.entries(roots);
  // The validator lets everything pass behind a root element that is empty, and no answer that is read here has one.
  if (root === undefined || more.length > 0 || Array.isArray(root[1]) || root[1] === '') throw malformed();
  return { name: root[0], content: root[1] };
}

/** Escapes text for the content of an element. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    // The parser alone accepts documents that are cut off or badly nested.
    if (XMLValidator.validate(text) !== true) throw malformed();
    const document: unknown = parser.parse(text);
    if (typeof document === 'object' && document !== null) return { ...document };
  } catch (error) {
    // Without the cause: the library quotes the text, and a mirror would send our headers back in it.
    throw error instanceof CopyError ? error : malformed();
  }
  throw malformed();
}

function decodeUtf8(body: Uint8Array): string {
  try {
    // Some providers send blanks, as a sign of life, before the declaration, where XML allows none.
    return utf8.decode(body).trim();
  } catch {
    throw malformed();
  }
}

function malformed(): CopyError {
  return new CopyError('IncompleteAnswer', 'The answer is not a whole XML document.');
}

function isArray(name: string): boolean {
  return LISTS.has(name);
}

function decoded(texts: Record<string, string>): Readonly<Record<string, string>> {
  for (const name of Object.keys(texts)) texts[name] = decode(texts[name] ?? '');
  return texts;
}

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&\s]*);?/g, (reference, name: string) => decodeReference(reference, name));
}

function decodeReference(reference: string, name: string): string {
  const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (named !== undefined && reference.endsWith(';')) return named;
  const numeric = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
  if (numeric === null || !reference.endsWith(';')) throw malformed();
  const codePoint = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
  if (codePoint === 0 || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) throw malformed();
  return String.fromCodePoint(codePoint);
}

function refuseEntities(entities: Record<string, string>): void {
  if (Object.keys(entities).length > 0) throw malformed();
}

// The decoder has no state: the three other calls of the library's interface have nothing to do.
function setExternalEntities(): void {}
function reset(): void {}
function setXmlVersion(): void {}

/** A name that is none of anybody's protocol is not worth telling: it may be anything. */
function clip(name: string): string {
  return /^[A-Za-z]{1,40}$/.test(name) ? name : 'something else';
}
