import { messageOf } from '@objectferry/shared/cause.ts';
import type { Check, Receipt } from '@objectferry/shared/contract.ts';
import { describe, expect, it } from 'vitest';
import { requestFrom } from '#infra/local/cli/options.ts';
import { receiptLines } from '#infra/local/cli/report.ts';

const receipt = (checks: Check[], strategy: Receipt['strategy'] = 'parts'): Receipt => ({
  source: { store: 'hz', bucket: 'raw', key: 'a b', etag: '"A"' },
  destination: { store: 'hz', bucket: 'archive', key: 'a b', etag: '"B-2"' },
  size: 2_097_152,
  strategy,
  partSize: 1_048_576,
  partCount: 2,
  spans: 1,
  adopted: 0,
  retries: 3,
  throttles: 1,
  seconds: 2,
  checks,
});

describe('the receipt for a person', () => {
  it.each([
    ['Copied and proven.', [{ name: 'crc64ecma', result: 'equal' }]],
    ['Copied and proven.', [{ name: 'etag', result: 'equal' }]],
    ['Copied and proven.', [{ name: 'bytes', result: 'equal' }]],
    [
      'Copied: sizes and parts agree, but no checksum is known on both sides.',
      [
        { name: 'parts', result: 'equal' },
        { name: 'crc64ecma', result: 'unavailable' },
      ],
    ],
    ['Copied, but the destination could not be looked at afterwards.', [{ name: 'size', result: 'unavailable' }]],
  ] satisfies [string, Check[]][])('begins with "%s" for %o', (headline, checks) => {
    expect(receiptLines(receipt(checks))[0]).toBe(headline);
  });

  it('names places, plan and rate', () => {
    const lines = receiptLines(receipt([])).join('\n');
    for (const text of ['hz://raw/a%20b', '2 parts of 1 MiB in 1 span', '1 MiB/s', '3, 1 of them after throttling']) {
      expect(lines).toContain(text);
    }
  });
});

describe('the cause of a failed execution', () => {
  it.each([
    ['{"errorType":"X","errorMessage":"A sentence.","trace":[]}', 'A sentence.'],
    ['A plain text.', 'A plain text.'],
    ['{"other":1}', '{"other":1}'],
  ])('%s reads as "%s"', (cause, message) => {
    expect(messageOf(cause)).toBe(message);
  });
});

describe('the request of the command line', () => {
  const flags = { stores: 'stores.yaml', json: false };

  it('takes how to verify', () => {
    expect(requestFrom('a', 'b', { ...flags, verify: 'read' })).toMatchObject({ options: { verify: 'read' } });
  });

  it('leaves token to --options unless --no-token is given', () => {
    const options = '{"token": false, "overwrite": "never"}';
    expect(requestFrom('a', 'b', { ...flags, token: true, options })).toMatchObject({ options: { token: false } });
    expect(requestFrom('a', 'b', { ...flags, token: false })).toMatchObject({ options: { token: false } });
    expect(requestFrom('a', 'b', { ...flags, token: true, overwrite: 'always', options })).toMatchObject({
      options: { token: false, overwrite: 'always' },
    });
  });
});
