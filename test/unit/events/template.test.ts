import { CopyError } from '@objectferry/shared/errors.ts';
import { type KeySet, keysMade, mayMeet } from '@objectferry/shared/events/key-set.ts';
import { parseTemplate, renderTemplate, TEMPLATE_VARIABLES } from '@objectferry/shared/events/template.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEIRD_KEYS } from '../../conformance/weird-keys.ts';

const lastModified = new Date('2026-03-05T23:59:59Z');
const render = (template: string, key: string, prefix = ''): string =>
  renderTemplate(parseTemplate(template), { bucket: 'raw', key, prefix, lastModified });

const variable = fc.constantFrom(...TEMPLATE_VARIABLES).map((name) => `{${name}}`);
const literal = fc.string({ maxLength: 8 }).map((text) => text.replaceAll('{', '{{').replaceAll('}', '}}'));
const template = fc.array(fc.oneof(variable, literal), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const key = fc.oneof(
  fc.constantFrom(...WEIRD_KEYS),
  fc.string({ minLength: 1, maxLength: 60 }),
  fc
    .array(fc.constantFrom('a', 'b', '/', '.', '{', '}', 'films/', '.mov'), { minLength: 1, maxLength: 9 })
    .map((parts) => parts.join('')),
);

describe('a key template', () => {
  it.each([
    ['{key}', 'films/a.mov', 'films/a.mov'],
    ['copies/{rest}', 'films/a.mov', 'copies/a.mov'],
    ['{bucket}/{year}/{month}/{day}/{name}', 'films/x/a.mov', 'raw/2026/03/05/a.mov'],
    ['{stem}-2{extension}', 'films/a.b.mov', 'a.b-2.mov'],
    ['{stem}{extension}', 'films/README', 'README'],
    ['[{stem}|{extension}]', 'films/.hidden', '[.hidden|]'],
    ['x/{name}', 'films/folder/', 'x/'],
    ['{{key}}/{{{key}}}', 'films/k', '{key}/{films/k}'],
    ['fixed', 'films/k', 'fixed'],
  ])('%s makes of %s %s', (text, from, to) => {
    expect(render(text, from, 'films/')).toBe(to);
  });

  it('leaves braces in keys alone', () => {
    expect(render('x/{key}', '{key}/{{name}}/}{')).toBe('x/{key}/{{name}}/}{');
  });

  it.each(WEIRD_KEYS)('carries %s as it is', (weird) => {
    expect(render('{key}', weird)).toBe(weird);
    expect(render('-{stem}{extension}', weird)).toBe(render('-{name}', weird));
  });

  it('refuses an empty key and one that is too long, for that event', () => {
    for (const [text, from] of [
      ['{rest}', 'films/'],
      ['{key}{key}', 'x'.repeat(600)],
      ['{key}', 'ü'.repeat(513)],
    ] as const) {
      expect(() => render(text, from, text === '{rest}' ? 'films/' : '')).toThrow(CopyError);
    }
    expect(render('{key}', 'ü'.repeat(512))).toHaveLength(512);
  });

  it('never makes anything but a key, whatever it is filled in with', () => {
    fc.assert(
      fc.property(template, key, (text, from) => {
        try {
          const made = render(text, from, from.slice(0, 3));
          expect(made).not.toBe('');
          expect(Buffer.byteLength(made)).toBeLessThanOrEqual(1024);
        } catch (error) {
          if (!(error instanceof CopyError)) throw error;
          expect(['InvalidRequest', 'InvalidConfig']).toContain(error.name);
        }
      }),
      { seed: 51, numRuns: 2000 },
    );
  });

  it('is parsed or refused, and what is parsed says the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'k', 'key', 'name', ' ') }), (text) => {
        try {
          const again = parseTemplate(text)
            .map((part) =>
              typeof part === 'string' ? part.replaceAll('{', '{{').replaceAll('}', '}}') : `{${part.variable}}`,
            )
            .join('');
          expect(parseTemplate(again)).toEqual(parseTemplate(text));
        } catch (error) {
          if (!(error instanceof CopyError)) throw error;
          expect(error.name).toBe('InvalidConfig');
        }
      }),
      { seed: 52, numRuns: 1000 },
    );
  });
});

describe('the keys that a template may make', () => {
  it('hold every key that it does make', () => {
    const part = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 4 }).map((parts) => parts.join(''));
    const edge = fc.array(fc.oneof(variable, part), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(edge, part, part, part, part, part, (text, prefix, middle, suffix, otherPrefix, otherSuffix) => {
        const parsed = parseTemplate(text);
        const made = keysMade(parsed, { prefix, suffix, bucket: 'raw' });
        const other = { prefix: otherPrefix, suffix: otherSuffix };
        for (const to of keysOf(prefix, middle, suffix).map((from) => rendered(text, from, prefix))) {
          if (to === '') continue;
          expect(isIn(to, made)).toBe(true);
          if (isIn(to, other)) expect(mayMeet(made, other)).toBe(true);
        }
      }),
      { seed: 53, numRuns: 20_000 },
    );
  });
});

/** Keys that begin and end so: the shortest of them let prefix and suffix overlap. */
function keysOf(prefix: string, middle: string, suffix: string): readonly string[] {
  return [prefix + middle + suffix, prefix + suffix, prefix, suffix].filter(
    (from) => from !== '' && isIn(from, { prefix, suffix }),
  );
}

function isIn(made: string, { prefix, suffix }: KeySet): boolean {
  return made.startsWith(prefix) && made.endsWith(suffix);
}

/** Empty where the template makes no key. */
function rendered(text: string, from: string, prefix: string): string {
  try {
    return render(text, from, prefix);
  } catch (error) {
    if (error instanceof CopyError) return '';
    throw error;
  }
}
