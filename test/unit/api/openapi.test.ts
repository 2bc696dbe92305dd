import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '#functions/api/problem.ts';
import { openapiDocument } from '#infra/openapi/document.ts';
import { lintOpenapi } from '#infra/openapi/lint.ts';
import { operationsOf } from './openapi-answers.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(ROOT, path), 'utf8'));

describe('docs/openapi.json', () => {
  let document: unknown;
  beforeAll(async () => {
    document = await read('docs/openapi.json');
  });

  it('is what the schemas make of it; if not, run npm run openapi', async () => {
    const { version } = (await read('package.json')) as { version: string };
    expect(document).toEqual(JSON.parse(JSON.stringify(openapiDocument(version))));
  });

  it('keeps the recommended rules, and its examples their schemas', async () => {
    expect(await lintOpenapi(JSON.stringify(document))).toEqual([]);
  });

  it('is really linted', async () => {
    const broken = structuredClone(document) as { paths: Record<string, { get: Record<string, unknown> }> };
    const health = broken.paths['/health'];
    if (health === undefined) return expect.fail('the document has no /health');
    delete health.get['operationId'];
    health.get['responses'] = {
      200: {
        description: 'x',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Health' },
            examples: { wrong: { value: { status: 'ill' } } },
          },
        },
      },
    };
    const findings = (await lintOpenapi(JSON.stringify(broken))).join('\n');
    expect(findings).toMatch(/operation-operationId\)/);
    expect(findings).toMatch(/no-invalid-media-type-examples\)/);
  });

  it('documents every problem that the API has at a path that is there', () => {
    const operations = operationsOf(document);
    const documented = new Set(operations.flatMap(({ statuses }) => statuses));
    const possible = Object.values(PROBLEMS).map(({ status }) => status);
    // A method that a path does not have is no operation that could document it.
    expect(possible.filter((status) => !documented.has(status))).toEqual([405]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
});
