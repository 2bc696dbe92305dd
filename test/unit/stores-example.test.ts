import { readFileSync } from 'node:fs';
import { PROVIDERS } from '@objectferry/shared/provider/registry.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

it('stores.example.yaml parses and shows every provider', () => {
  const stores = parseStores(parseYaml(readFileSync(new URL('../../stores.example.yaml', import.meta.url), 'utf8')));
  const shown = new Set(Object.values(stores).map(({ provider }) => provider));
  expect([...shown].sort()).toEqual(Object.keys(PROVIDERS).sort());
});
