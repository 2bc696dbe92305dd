import { CopyRequest } from '@objectferry/shared/contract.ts';
import fc from 'fast-check';
import { generateSync } from 'json-schema-faker';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintOpenapi } from '#infra/openapi/lint.ts';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { seededBytes } from '../../world.ts';
import { type Answer, type ApiWorld, REQUEST, startApiWorld } from './api-world.ts';
import { type DocumentedOperation, operationsOf } from './openapi-answers.ts';

const SEED = 4;
const RUNS = 150;
const requestSchema = document.components.schemas.CopyRequest;

/** Requests that the document allows, as its schema makes them. */
const allowed = fc
  .record({
    seed: fc.nat(),
    source: fc.boolean(),
    destination: fc.boolean(),
    options: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ seed, source, destination, options }) => {
    const made = v.parse(
      v.record(v.string(), v.unknown()),
      generateSync(requestSchema, { seed, optionalsProbability: options, maxLength: 40 }),
    );
    // Otherwise hardly one of them would name a store that there is.
    return {
      ...made,
      ...(source ? { source: REQUEST.source } : {}),
      ...(destination ? { destination: REQUEST.destination } : {}),
    };
  });

/** The same with one thing changed that the document may not allow. */
const mutated = fc
  .record({
    request: allowed,
    path: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    value: fc.option(fc.jsonValue(), { nil: undefined }),
  })
  .map(({ request, path, value }): unknown => JSON.parse(JSON.stringify(mutate(request, path, value)) ?? 'null'));

const ids = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }).filter((text) => text.isWellFormed()),
  fc.stringMatching(/^api-[0-9a-f]{32}$/),
);

describe('the API, asked by its own description', () => {
  let api: ApiWorld;
  const operations = operationsOf(document);
  const seen = new Map<string, unknown>();
  const accepted: unknown[] = [];
  beforeAll(async () => {
    api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(10));
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const operation = (id: string): DocumentedOperation => {
    const found = operations.find(({ operationId }) => operationId === id);
    return found ?? expect.fail(`there is no operation ${id}`);
  };
  /** Expects what is documented, and nothing that went wrong here. */
  const judge = (of: DocumentedOperation, answer: Answer): void => {
    expect(of.problemWith(answer), JSON.stringify(answer.body)).toBeUndefined();
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
    seen.set(`${of.operationId} ${answer.status} ${JSON.stringify(answer.body).length}`, answer.body);
  };
  const check = async <T>(input: fc.Arbitrary<T>, run: (input: T) => Promise<void>): Promise<void> => {
    await fc.assert(fc.asyncProperty(input, run), { seed: SEED, numRuns: RUNS });
  };

  it('starts what the document allows, or says which store it lacks', async () => {
    const start = operation('startCopy');
    await check(allowed, async (request) => {
      const answer = await api.post(request);
      judge(start, answer);
      if (answer.status === 202) accepted.push(request);
      // JSON Schema cannot say that a text is a date, or percent-encoded.
      else
        expect(JSON.stringify(answer.body)).toMatch(
          /\.store is|\.bucket|\.key|is not a date|is not a location|Unsupported/,
        );
    });
    expect(accepted.length).toBeGreaterThan(10);
  });

  it('answers changed requests as documented', async () => {
    const start = operation('startCopy');
    await check(mutated, async (request) => {
      const answer = await api.post(request);
      judge(start, answer);
      if (answer.status !== 202) return;
      expect(v.is(CopyRequest, request)).toBe(true);
      accepted.push(request);
    });
  });

  it('answers bodies and headers of any kind as documented', async () => {
    const start = operation('startCopy');
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(bytes), nested().map(bytes));
    const types = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/xml',
      ';',
    );
    const keys = fc.stringMatching(/^[ -~]{0,300}$/);
    await check(fc.tuple(bodies, types, keys), async ([body, type, key]) => {
      const headers = { 'content-type': type, 'idempotency-key': key };
      judge(start, await api.ask('POST', '/copies', { body, headers }));
    });
  });

  it('lists by any query as documented', async () => {
    const list = operation('listCopies');
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer().map(String),
      fc.constantFrom('running', 'failed', '5'),
    );
    const names = fc.oneof(fc.constantFrom('state', 'limit', 'next'), fc.string());
    await check(fc.array(fc.tuple(names, value), { maxLength: 3 }), async (pairs) => {
      const query = new URLSearchParams();
      for (const [name, text] of pairs) query.append(name, text.toWellFormed());
      judge(list, await api.ask('GET', `/copies?${query}`));
    });
  });

  it.each(['getCopy', 'resumeCopy', 'stopCopy'])('answers any id as documented: %s', async (operationId) => {
    const { copies } = v.parse(
      v.object({ copies: v.array(v.object({ id: v.string() })) }),
      (await api.ask('GET', '/copies')).body,
    );
    const known = fc.constantFrom(...copies.map(({ id }) => id));
    const one = operation(operationId);
    await check(fc.oneof(ids, known), async (id) => {
      judge(one, await api.ask(one.method, one.path.replace('{id}', encodeURIComponent(id))));
    });
    expect(
      [...seen.keys()].some((key) => key.startsWith(`${operationId} 2`) || key.startsWith(`${operationId} 409`)),
    ).toBe(true);
  });

  it.each(['getHealth', 'getOpenApi'])('answers %s as documented', async (operationId) => {
    const one = operation(operationId);
    judge(one, await api.ask(one.method, one.path));
  });

  it('has said nothing that the document, read by somebody else, does not allow', async () => {
    // The linter holds examples against the schemas with a validator that has no part in making either.
    const copy = structuredClone<unknown>(document);
    const examples = (values: readonly unknown[]) =>
      Object.fromEntries(values.map((value, index) => [`e${index}`, { value }]));
    for (const { operationId, method, path } of operations.filter(({ path }) => path.startsWith('/copies'))) {
      const answers = [...seen].filter(([key]) => key.startsWith(`${operationId} 20`)).map(([, body]) => body);
      const media = [
        'paths',
        path,
        method.toLowerCase(),
        'responses',
        method === 'GET' ? '200' : '202',
        'content',
        'application/json',
      ];
      put(copy, [...media, 'examples'], examples(answers));
    }
    put(
      copy,
      ['paths', '/copies', 'post', 'requestBody', 'content', 'application/json', 'examples'],
      examples(accepted),
    );
    expect(seen.size).toBeGreaterThan(20);
    expect(await lintOpenapi(JSON.stringify(copy))).toEqual([]);
  });
});

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}

/** Brackets that a parser which calls itself would fall over. */
function nested(): fc.Arbitrary<string> {
  return fc.integer({ min: 1, max: 30_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));
}

/** Puts a value somewhere into a copy of the request, or takes away what is there. */
function mutate(request: unknown, path: readonly number[], value: unknown): unknown {
  if (typeof request !== 'object' || request === null || path.length === 0) return value;
  const [step = 0, ...rest] = path;
  const names = [...Object.keys(request), 'extra'];
  const name = names[step % names.length] ?? 'extra';
  const inside: unknown = Object.entries(request).find(([key]) => key === name)?.[1];
  return { ...request, [name]: mutate(inside, rest, value) };
}

function put(target: unknown, [name, ...rest]: readonly string[], value: unknown): void {
  const record = target as Record<string, unknown>;
  if (name === undefined) return;
  if (rest.length === 0) record[name] = value;
  else put(record[name], rest, value);
}
