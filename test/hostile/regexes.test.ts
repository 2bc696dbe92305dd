import { readdirSync, readFileSync } from 'node:fs';
import { certificateAddress } from '@objectferry/shared/events/push/certificate-address.ts';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
/** What the user of the command line types about a service of their own. */
const OWN_WORDS: readonly string[] = ['infra/local/api-endpoint.ts'];
/** Code that reads what others write. */
const FOLDERS = ['shared', 'functions', 'infra'];
/** As it begins behind something that a value can follow, and not a comment. */
const LITERAL =
  /(?<=[=(,:!&|?[{};\n]\s*|return )\/(?![/*])((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=[\s,;.)\]}])/g;

/** Longer than anything that is read without a smaller limit of its own: a header, a key, a name. */
const LENGTH = 16 * 1024;
/** A pattern that tries every beginning with every end needs a hundred times as long. */
const MAX_MS = 100;

/** What patterns stumble over: runs of what they repeat, ended by what they do not expect. */
const PUMPS = [
  'a',
  '0',
  'A',
  ' ',
  '\t',
  '-',
  '.',
  '/',
  '"',
  '=',
  '%',
  '<',
  '&',
  '{',
  '[',
  '+',
  ':',
  '_',
  '\\',
  'é',
  '\0',
];
const PAIRS = [
  'a-',
  '-a',
  'a.',
  '0.',
  'a/',
  '/a',
  'a ',
  ' a',
  '%4',
  'a:',
  '.a',
  '{}',
  '{{',
  '--',
  '&#',
  'a=',
  'x,',
  '"a',
];
const TAILS = ['', '\0', '"x'];

describe('the patterns of everything that reads what others write', () => {
  const patterns = FOLDERS.flatMap(sources).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(LITERAL)].map(([text, source = '', flags]) => ({
      file: file.pathname.slice(ROOT.pathname.length),
      text,
      pattern: new RegExp(source, flags),
    })),
  );

  it('are found', () => {
    expect(patterns.length).toBeGreaterThan(120);
    expect(patterns.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['shared/location.ts', 'shared/http/xml.ts', 'infra/stores-file.ts']),
    );
  });

  it('take no time that grows faster than the text', () => {
    const read = patterns.filter(({ file }) => !OWN_WORDS.includes(file));
    const slow = read.filter(({ pattern }) => isSlow(pattern)).map(({ file, text }) => `${file}: ${text}`);
    expect(slow).toEqual([]);
  });

  it('with those that are made of pieces', () => {
    for (const pump of [...PUMPS, ...PAIRS]) {
      for (const keeper of ['sns', 'mns', 'eventBridge', 'smn'] as const) {
        const started = performance.now();
        expect(() => certificateAddress(keeper, `https://sns.${pump.repeat(LENGTH)}`)).toThrow();
        expect(performance.now() - started).toBeLessThan(MAX_MS);
      }
    }
  });

  it('a pattern that backtracks is seen', () => {
    // Made here, because no analysis of this code should have to see them as literals.
    expect(isSlow(/^(?:a|a)*$/, 24)).toBe(true);
    // Long enough for any machine: its time grows with the square.
    expect(isSlow(/a+$/, 4 * LENGTH)).toBe(true);
  });
});

function isSlow(pattern: RegExp, length = LENGTH): boolean {
  return [...PUMPS, ...PAIRS].some((pump) =>
    ['', headOf(pattern)].some((head) =>
      TAILS.some((tail) => {
        const text = head + pump.repeat(Math.ceil(length / pump.length)) + tail;
        return Math.min(timed(pattern, text), MAX_MS + 1) > MAX_MS && timed(pattern, text) > MAX_MS;
      }),
    ),
  );
}

/** The letters that a text has to begin with before anything of the pattern repeats. */
function headOf({ source }: RegExp): string {
  const [, head = ''] = /^\^?((?:[a-z0-9:"<=-]|\\[/.])*)/i.exec(source) ?? [];
  return head.replaceAll('\\', '');
}

function timed(pattern: RegExp, text: string): number {
  const started = performance.now();
  if (pattern.global) text.replaceAll(pattern, '');
  else pattern.test(text);
  return performance.now() - started;
}

function sources(folder: string): URL[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map(({ parentPath, name }) => new URL(`file://${parentPath}/${name}`));
}
