import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonLine } from '#infra/local/cli/uploads-text.ts';

it('a JSON line of uploads is one line of JSON, whatever stands in a key, and nothing a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      const line = jsonLine({ key });
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?!$)/u);
      expect(JSON.parse(line)).toEqual({ key });
    }),
    { seed: 20261121, examples: [['\u001b[2J\u009b2J\u007f\u202e\u2028\u{e0001}"\\']] },
  );
});
