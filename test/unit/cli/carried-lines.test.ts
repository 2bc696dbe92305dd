import type { Carried, Receipt } from '@objectferry/shared/contract.ts';
import { expect, it } from 'vitest';
import { receiptLines } from '#infra/local/cli/report.ts';

const receipt = (carried: Carried[] | undefined): Receipt => ({
  source: { store: 'hz', bucket: 'raw', key: 'k', etag: '"A"' },
  destination: { store: 'hz', bucket: 'archive', key: 'k', etag: '"A"' },
  size: 1,
  strategy: 'whole',
  adopted: 0,
  retries: 0,
  throttles: 0,
  seconds: 1,
  checks: [{ name: 'etag', result: 'equal', source: 'A', destination: 'A' }],
  carried,
});
const about = (lines: readonly string[]) =>
  lines.filter((line) => /^ {2}(?:carried|diff|left|unseen|added)/.test(line));

it('what was kept shares one line', () => {
  const lines = receiptLines(
    receipt([
      { name: 'contentType', result: 'equal', source: 'video/mp4', destination: 'video/mp4' },
      { name: 'storageClass', result: 'asAsked', source: 'Standard', destination: 'IA' },
    ]),
  );
  expect(lines[0]).toBe('Copied and proven.');
  expect(about(lines)).toEqual(['  carried   contentType, storageClass']);
});

it('what the store did not keep is in the first line, and again with its values', () => {
  const lines = receiptLines(
    receipt([
      { name: 'cacheControl', result: 'different', source: 'max-age=60' },
      { name: 'metadata', result: 'different', source: '2 names', destination: '1 name', note: 'missing: owner' },
    ]),
  );
  expect(lines[0]).toBe('Copied and proven, but the store did not keep as given: cacheControl, metadata.');
  expect(about(lines)).toEqual([
    '  different cacheControl: nothing instead of max-age=60',
    '  different metadata: 1 name instead of 2 names (missing: owner)',
  ]);
});

it('what stays behind, is unseen, or was added has a line each', () => {
  const lines = receiptLines(
    receipt([
      { name: 'encryption', result: 'notCarried', source: 'KMS k', destination: 'AES256', note: 'what to do' },
      { name: 'acl', result: 'notCarried', note: 'options.acl' },
      { name: 'tags', result: 'unavailable' },
      { name: 'retention', result: 'added', destination: 'GOVERNANCE' },
    ]),
  );
  expect(about(lines)).toEqual([
    '  left      encryption KMS k (now AES256): what to do',
    '  left      acl: options.acl',
    '  unseen    tags',
    '  added     retention GOVERNANCE',
  ]);
});

it('a receipt of an older deployment says nothing of it', () => {
  expect(about(receiptLines(receipt(undefined)))).toEqual([]);
});
