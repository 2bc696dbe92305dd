import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../shared/http/json.ts';

const schema = v.object({ list: v.array(v.object({ name: v.string() })) });
const read = (text: string) => parseJson(Buffer.from(text), schema);

describe('parseJson', () => {
  it('reads a document and drops what nobody asked for', () => {
    expect(read(' {"list":[{"name":"数\\u0041","more":1}],"__proto__":{"x":1}}\n')).toEqual({
      list: [{ name: '数A' }],
    });
  });

  it.each([
    ['', 'cut off or malformed'],
    ['{"list":[', 'cut off or malformed'],
    ['{"list":[]}{"list":[]}', 'cut off or malformed'],
    ['<html/>', 'cut off or malformed'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['"list"', 'not an object'],
    ['{}', 'not as expected in list'],
    ['{"list":[{"name":"a"},{"name":1}]}', 'not as expected in list.1.name'],
  ])('refuses %s', (text, problem) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        name: 'IncompleteAnswer',
        message: `The JSON document of the answer is ${problem}.`,
      }),
    );
  });

  it('names the root where no field is to blame', () => {
    const even = v.pipe(
      v.looseObject({}),
      v.check((all) => Object.keys(all).length % 2 === 0),
    );
    expect(() => parseJson(Buffer.from('{"a":1}'), even)).toThrow(/not as expected in its root/);
  });

  it('refuses what is not UTF-8, too deep or too large', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), schema)).toThrow(/malformed/);
    expect(() => read(`{"list":${'['.repeat(1_000_000)}`)).toThrow(/malformed/);
    expect(() => parseJson(Buffer.alloc(8 * 1024 * 1024 + 1, ' '), schema)).toThrow(/longer than 8388608 bytes/);
  });
});
