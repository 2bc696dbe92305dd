import type { Fault, FaultPlan, FaultRule, RateLimit } from './fault-plan.ts';

/** A fault plan that says something it may not say, in a sentence that names the place. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
}

type Fields = Readonly<Record<string, unknown>>;
type Reader<T> = (value: unknown, place: string) => T;

function fail(place: string, must: string): never {
  throw new FaultPlanError(`The fault plan is not usable: ${place} must be ${must}.`);
}

const text: Reader<string> = (value, place) =>
  typeof value === 'string' && value !== '' ? value : fail(place, 'a text that is not empty');

const flag: Reader<boolean> = (value, place) => (typeof value === 'boolean' ? value : fail(place, 'true or false'));

const numberBetween =
  (least: number, most: number, what: string): Reader<number> =>
  (value, place) =>
    typeof value === 'number' && value >= least && value <= most ? value : fail(place, what);

const wholeFrom =
  (least: number): Reader<number> =>
  (value, place) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? value
      : fail(place, `a whole number, at least ${least}`);

const status = numberBetween(200, 599, 'an HTTP status between 200 and 599');
const redirection = numberBetween(300, 399, 'an HTTP status between 300 and 399');

const difference: Reader<number> = (value, place) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value !== 0
    ? value
    : fail(place, 'a whole number other than 0');

function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((entry: unknown, index) => item(entry, `${place}[${index}]`))
      : fail(place, 'a list');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const headers: Reader<Readonly<Record<string, string>>> = (value, place) =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, text(field, `${place}.${name}`)]))
    : fail(place, 'an object of header names and values');

/** Reads the named fields, each by its reader; a name that is not known is a mistake, because it was meant to do something. */
function readFields(value: unknown, place: string, readers: Readonly<Record<string, Reader<unknown>>>): Fields {
  if (!isFields(value)) {
    return fail(place, 'an object');
  }
  const unknownName = Object.keys(value).find((name) => !Object.hasOwn(readers, name));
  if (unknownName !== undefined) {
    const known = Object.keys(readers).join(', ');
    throw new FaultPlanError(
      `The fault plan is not usable: ${place} has no field "${unknownName}"; it knows ${known}.`,
    );
  }
  return value;
}

/** An optional field, left out of the result when it is absent. */
function optional<K extends string, T>(
  fields: Fields,
  name: K,
  place: string,
  read: Reader<T>,
): { readonly [N in K]?: T };
function optional<T>(fields: Fields, name: string, place: string, read: Reader<T>): Readonly<Record<string, T>> {
  return fields[name] === undefined ? {} : { [name]: read(fields[name], `${place}.${name}`) };
}

const statusFault: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, status, code: text, message: text, headers });
  return {
    kind: 'status',
    status: status(fields['status'], `${place}.status`),
    code: text(fields['code'], `${place}.code`),
    ...optional(fields, 'message', place, text),
    ...optional(fields, 'headers', place, headers),
  };
};

const errorIn200: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, code: text, message: text, done: flag });
  return {
    kind: 'error-in-200',
    code: text(fields['code'], `${place}.code`),
    ...optional(fields, 'message', place, text),
    ...optional(fields, 'done', place, flag),
  };
};

const stall: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, ms: wholeFrom(0), where: text });
  const where = fields['where'];
  if (where !== undefined && where !== 'body' && where !== 'before') {
    fail(`${place}.where`, '"body" or "before"');
  }
  return { kind: 'stall', ms: wholeFrom(0)(fields['ms'], `${place}.ms`), ...(where === undefined ? {} : { where }) };
};

const latency: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, ms: wholeFrom(0) });
  return { kind: 'latency', ms: wholeFrom(0)(fields['ms'], `${place}.ms`) };
};

const redirect: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, status: redirection, location: text });
  return {
    kind: 'redirect',
    status: redirection(fields['status'], `${place}.status`),
    location: text(fields['location'], `${place}.location`),
  };
};

const wrongLength: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, bytes: difference });
  return { kind: 'wrong-length', bytes: difference(fields['bytes'], `${place}.bytes`) };
};

const nestedBody: Reader<Fault> = (value, place) => {
  const fields = readFields(value, place, { kind: text, depth: wholeFrom(1) });
  return { kind: 'nested-body', depth: wholeFrom(1)(fields['depth'], `${place}.depth`) };
};

/** A fault of nothing but a number of bytes. */
function ofBytes<K extends 'wrong-size' | 'gigantic-body' | 'gigantic-header'>(kind: K): Reader<Fault> {
  return (value, place) => {
    const fields = readFields(value, place, { kind: text, bytes: wholeFrom(1) });
    return { kind, bytes: wholeFrom(1)(fields['bytes'], `${place}.bytes`) };
  };
}

function bare<F extends Fault>(fault: F): Reader<Fault> {
  return (value, place) => {
    readFields(value, place, { kind: text });
    return fault;
  };
}

const faultReaders: Readonly<Record<Fault['kind'], Reader<Fault>>> = {
  status: statusFault,
  'missing-etag': bare({ kind: 'missing-etag' }),
  'empty-etag': bare({ kind: 'empty-etag' }),
  'error-in-200': errorIn200,
  'empty-body': bare({ kind: 'empty-body' }),
  'cut-body': bare({ kind: 'cut-body' }),
  stall,
  reset: bare({ kind: 'reset' }),
  'lost-answer': bare({ kind: 'lost-answer' }),
  latency,
  'whole-object': bare({ kind: 'whole-object' }),
  'wrong-size': ofBytes('wrong-size'),
  'malformed-xml': bare({ kind: 'malformed-xml' }),
  'reset-after': bare({ kind: 'reset-after' }),
  repeated: bare({ kind: 'repeated' }),
  redirect,
  'web-page': bare({ kind: 'web-page' }),
  'wrong-length': wrongLength,
  'wrong-range': bare({ kind: 'wrong-range' }),
  'gigantic-body': ofBytes('gigantic-body'),
  'gigantic-header': ofBytes('gigantic-header'),
  'nested-body': nestedBody,
  entities: bare({ kind: 'entities' }),
};

const readersByKind = new Map(Object.entries(faultReaders));

const faultReader: Reader<Fault> = (value, place) => {
  const kind = isFields(value) ? value['kind'] : fail(place, 'an object with a "kind"');
  const read = typeof kind === 'string' ? readersByKind.get(kind) : undefined;
  return read ? read(value, place) : fail(`${place}.kind`, `one of ${[...readersByKind.keys()].join(', ')}`);
};

const partNumbers: Reader<readonly number[] | { readonly every: number }> = (value, place) => {
  if (Array.isArray(value)) {
    return listOf(wholeFrom(0))(value, place);
  }
  const fields = isFields(value) ? value : fail(place, 'a list of part numbers or { "every": n }');
  readFields(fields, place, { every: wholeFrom(1) });
  return { every: wholeFrom(1)(fields['every'], `${place}.every`) };
};

const probability = numberBetween(0, 1, 'a number between 0 and 1');

const rule: Reader<FaultRule> = (value, place) => {
  const fields = readFields(value, place, {
    operation: text,
    bucket: text,
    key: text,
    partNumbers,
    probability,
    times: wholeFrom(1),
    timesPerPart: wholeFrom(1),
    after: wholeFrom(0),
    fault: faultReader,
  });
  return {
    operation: text(fields['operation'], `${place}.operation`),
    ...optional(fields, 'bucket', place, text),
    ...optional(fields, 'key', place, text),
    ...optional(fields, 'partNumbers', place, partNumbers),
    ...optional(fields, 'probability', place, probability),
    ...optional(fields, 'times', place, wholeFrom(1)),
    ...optional(fields, 'timesPerPart', place, wholeFrom(1)),
    ...optional(fields, 'after', place, wholeFrom(0)),
    fault: faultReader(fields['fault'], `${place}.fault`),
  };
};

const rate: Reader<RateLimit> = (value, place) => {
  const operations = listOf(text);
  const perSecond = numberBetween(0.001, 1e9, 'a number above 0');
  const fields = readFields(value, place, { perSecond, operations, status, code: text, headers });
  return {
    perSecond: perSecond(fields['perSecond'], `${place}.perSecond`),
    status: status(fields['status'], `${place}.status`),
    code: text(fields['code'], `${place}.code`),
    ...optional(fields, 'operations', place, operations),
    ...optional(fields, 'headers', place, headers),
  };
};

/** Reads a fault plan that came from a file or a test; a mistake is a `FaultPlanError` whose message is one sentence. */
export function parseFaultPlan(value: unknown): FaultPlan {
  const place = 'the plan';
  const fields = readFields(value, place, { seed: wholeFrom(0), rules: listOf(rule), rate });
  return {
    seed: fields['seed'] === undefined ? 0 : wholeFrom(0)(fields['seed'], 'seed'),
    rules: fields['rules'] === undefined ? [] : listOf(rule)(fields['rules'], 'rules'),
    ...(fields['rate'] === undefined ? {} : { rate: rate(fields['rate'], 'rate') }),
  };
}
