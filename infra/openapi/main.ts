import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { openapiDocument } from './document.ts';
import { lintOpenapi } from './lint.ts';

/** `node infra/openapi/main.ts` writes docs/openapi.json; with `--check` it says whether that is needed, and lints. */

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'docs', 'openapi.json');

const { version } = parse(
  v.object({ version: v.string() }),
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
  'package.json',
);
const text = JSON.stringify(openapiDocument(version));

if (process.argv.includes('--check')) {
  // The formatter of the project has its own idea of where lines end.
  const committed = JSON.stringify(JSON.parse(readFileSync(FILE, 'utf8')));
  const stale = committed === text ? [] : ['docs/openapi.json is not up to date: run npm run openapi.'];
  const problems = [...stale, ...(await lintOpenapi(text))];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  writeFileSync(FILE, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
}
