import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A fenced block of a document. */
export interface Block {
  /** What stands behind the fence: `sh`, `json`, `yaml`, `text`. */
  readonly language: string;
  readonly text: string;
  /** The heading above it. */
  readonly heading: string;
}

/** A document of the repository. @param path from its root. */
export function readDocument(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

/** The fenced blocks of a document, in their order. */
export function blocksOf(document: string): readonly Block[] {
  let heading = '';
  const found: Block[] = [];
  for (const [, title, language, text] of document.matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)\n```$/gm)) {
    if (title !== undefined) heading = title;
    else found.push({ language: language ?? '', text: text ?? '', heading });
  }
  return found;
}

/** What a document says that is printed, as a pattern: `…` stands for any text. */
export function printedPattern(text: string): RegExp {
  const parts = text.trim().split('…');
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[\\s\\S]*?')}$`);
}
