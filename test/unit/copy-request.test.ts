import { CopyRequest } from '@objectferry/shared/contract.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { describe, expect, it } from 'vitest';

const parsed = (options: string) =>
  parse(
    CopyRequest,
    { source: 'hz://raw/a', destination: 'hz://archive/a', options: JSON.parse(options) },
    'The copy request',
  );

describe('metadata and tags of a request', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('a name %s is refused, never left out without a word', (name) => {
    const sentence = 'has a name that nothing here can hold: __proto__, constructor, prototype.';
    expect(() => parsed(`{"tags":{"${name}":"x"}}`)).toThrow(`The copy request: options.tags ${sentence}`);
    expect(() => parsed(`{"metadata":{"user":{"${name}":"x"}}}`)).toThrow(
      `The copy request: options.metadata.user ${sentence}`,
    );
  });

  it.each(['["a"]', '[]'])('a list %s is no object', (list) => {
    const sentence = 'must be an object, but is a list.';
    expect(() => parsed(`{"tags":${list}}`)).toThrow(`options.tags ${sentence}`);
    expect(() => parsed(`{"metadata":{"user":${list}}}`)).toThrow(`options.metadata.user ${sentence}`);
  });

  it('names of every other kind are heard', () => {
    expect(parsed('{"tags":{"a b":"x","toString":"y"},"metadata":{"user":{"to-string":"z"}}}').options).toMatchObject({
      tags: { 'a b': 'x', toString: 'y' },
      metadata: { user: { 'to-string': 'z' } },
    });
  });
});
