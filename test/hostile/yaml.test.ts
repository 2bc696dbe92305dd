import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { parseText } from '#infra/document.ts';
import { STORE } from './store.ts';

const refusal = expect.objectContaining({ name: 'InvalidConfig' });

describe('YAML', () => {
  it.each([
    ['a function', 'stores: !!js/function "function () {}"', /Unresolved tag at line 1/],
    ['an include', 'stores: !include /etc/passwd', /Unresolved tag/],
    ['a Python object', 'stores: !!python/object/apply:os.system ["id"]', /Unresolved tag/],
    ['a key twice', 'stores: {}\nstores: {}', /Map keys must be unique at line 2, column 1/],
    ['a key twice in JSON', '{"stores": {"a": 1, "a": 2}}', /Map keys must be unique at line 1, column 21/],
    ['a list as a key', '? [a]\n: b', /all keys must be strings/],
    ['another version', '%YAML 1.1\n---\nstores: yes', /leave out its directives/],
    ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
    ['an anchor that is not there', 'a: *nobody', /cannot be resolved/],
    ['depth', '['.repeat(30_000), /nested too deeply/],
    [
      'a billion laughs',
      `a: &a [1]\n${['b', 'c', 'd'].map((name, index) => `${name}: &${name} [${`*${'abc'[index]},`.repeat(9)}]`).join('\n')}`,
      /cannot be resolved/,
    ],
  ])('with %s is refused in a sentence', (_, text, sentence) => {
    const started = performance.now();
    expect(() => parseText(text, 'stores.yaml')).toThrow(sentence);
    expect(() => parseText(text, 'stores.yaml')).toThrow(refusal);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it.each([
    'secret: *wJalrXUtnFEMI',
    'secret: !wJalrXUtnFEMI x',
    'secret: |-x wJalrXUtnFEMI',
    'secret: "a" wJalrXUtnFEMI',
    'secret: [wJalrXUtnFEMI',
  ])('quotes nothing of %j, which may be a secret', (text) => {
    const error = catching(() => parseText(text, 'stores.yaml'));
    expect(JSON.stringify([error.message, error.stack, error.cause ?? null])).not.toContain('wJalrXUtnFEMI');
  });

  it('is no way to a prototype: the names are refused, not left out', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const text = JSON.stringify({ stores: { a: STORE, b: STORE } }).replace('"b"', `"${name}"`);
      expect(() => parseStores(parseText(text, 'stores.yaml')), name).toThrow(refusal);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('merges nothing: << is a field like any other, and unknown', () => {
    const text = `stores: { a: &a ${JSON.stringify(STORE)}, b: { <<: *a, region: eu-west-1 } }`;
    expect(() => parseStores(parseText(text, 'stores.yaml'))).toThrow(refusal);
  });
});

function catching(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return expect.fail('nothing was thrown');
}
