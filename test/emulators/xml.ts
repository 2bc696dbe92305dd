/** An XML element: text, elements by name, or a list for an element that repeats. Absent values are left out. */
type XmlValue = string | number | boolean | bigint | undefined | XmlTree | readonly XmlValue[];

/** Elements by name, written in the order they stand. */
export interface XmlTree {
  readonly [name: string]: XmlValue;
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escapes text for an element. Control characters become numeric references, because a parser would drop or refuse them raw. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters, and those have to be escaped
  return text.replace(/[&<>\u0000-\u0008\u000b-\u001f]/g, (found) => named[found] ?? `&#${found.charCodeAt(0)};`);
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) {
    return '';
  }
  if (Array.isArray(value)) {
    return value.map((item) => element(name, item)).join('');
  }
  return `<${name}>${inside(value)}</${name}>`;
}

function inside(value: XmlValue): string {
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, child]) => element(name, child))
      .join('');
  }
  return escapeXml(String(value));
}

/** Writes a document with the given root element, in the given namespace if there is one. */
export function xmlDocument(root: string, tree: XmlTree, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inside(tree)}</${root}>`;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Resolves the entities of a text that a client sent. */
function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex: string, decimal: string, name: string) => {
    if (hex !== undefined || decimal !== undefined) {
      return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    }
    return entities[name] ?? whole;
  });
}

/** The inner text of every `<name>` in a client's document; enough for the flat bodies that the providers accept. */
export function elementsOf(document: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}\\s*>|<${name}\\s*/>`, 'g');
  return [...document.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The text of the first `<name>`, with its entities resolved, or nothing. */
export function textOf(document: string, name: string): string | undefined {
  const found = elementsOf(document, name)[0];
  return found === undefined ? undefined : unescapeXml(found).trim();
}
