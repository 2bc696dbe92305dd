import * as v from 'valibot';

/** Where a payload template stands; the context object that the engine has differs by it. */
export type TemplatePlace = 'state' | 'selector' | 'iteration';

const REFERENCE = /^\$(\.[A-Za-z_]\w*|\[\d+\])*$/;
// Inside an iteration the engine puts the iteration's input in place of the execution's.
const CONTEXT: Readonly<Record<TemplatePlace, RegExp>> = {
  state: /^\$\$\.Execution\.(Input(\.[A-Za-z_]\w*)*|StartTime)$/,
  selector: /^\$\$\.(Execution\.(Input(\.[A-Za-z_]\w*)*|StartTime)|Map\.Item\.(Index|Value(\.[A-Za-z_]\w*)*))$/,
  iteration: /^(?!)/,
};
const INTRINSICS: ReadonlySet<string> = new Set([
  'Array',
  'ArrayContains',
  'ArrayGetItem',
  'ArrayLength',
  'ArrayPartition',
  'ArrayRange',
  'ArrayUnique',
  'Base64Decode',
  'Base64Encode',
  'Format',
  'Hash',
  'JsonMerge',
  'JsonToString',
  'MathAdd',
  'MathRandom',
  'StringSplit',
  'StringToJson',
  'UUID',
]);

const Fields = v.record(v.string(), v.unknown());
type Fields = v.InferOutput<typeof Fields>;

/** Checks the values of one state; everything it refuses, it refuses by throwing a sentence. */
export class Problems {
  readonly #owner: string;

  /** @param owner How the sentence begins, for example `State "Initiate"`. */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** The error to throw. */
  refuse(what: string): TypeError {
    return new TypeError(`${this.#owner} uses ${what}, which the local engine does not run as AWS does.`);
  }

  /** Refuses any field that is not listed. */
  allow(fields: Fields, allowed: readonly string[], prefix = ''): void {
    const unknown = Object.keys(fields).find((field) => !allowed.includes(field));
    if (unknown !== undefined) throw this.refuse(`${prefix}${unknown}`);
  }

  /** The fields of an object. */
  record(value: unknown, field: string): Fields {
    const result = v.safeParse(Fields, value);
    if (!result.success || Array.isArray(value)) throw this.refuse(`${field} that is not an object`);
    return result.output;
  }

  /** The fields of each object of an optional list. */
  records(value: unknown, field: string): Fields[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.refuse(`${field} that is not a list`);
    return value.map((item) => this.record(item, field));
  }

  /** Refuses paths with filters, wildcards or functions. */
  paths(fields: Fields, names: readonly string[], prefix = ''): void {
    for (const name of names) {
      const path = fields[name];
      if (path === undefined) continue;
      if (typeof path !== 'string' || !REFERENCE.test(path)) throw this.refuse(`${prefix}${name} ${String(path)}`);
    }
  }

  /** Refuses a ResultPath that is no single field: the engine takes `$` for the name of one. */
  resultPath(fields: Fields, prefix = ''): void {
    const path = fields['ResultPath'];
    if (path === undefined || path === null) return;
    if (typeof path !== 'string' || !/^\$\.[A-Za-z_]\w*$/.test(path)) {
      throw this.refuse(`${prefix}ResultPath ${String(path)}`);
    }
  }

  /** Refuses what a payload template takes from places that the engine does not have. */
  template(value: unknown, field: string, place: TemplatePlace): void {
    if (Array.isArray(value)) {
      for (const item of value) this.template(item, field, place);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key.endsWith('.$')) this.#expression(String(inner), `${field}.${key}`, place);
        else this.template(inner, `${field}.${key}`, place);
      }
    }
  }

  #expression(text: string, field: string, place: TemplatePlace): void {
    if (REFERENCE.test(text) || CONTEXT[place].test(text)) return;
    const functions = [...text.matchAll(/States\.(\w+)\s*\(/g)].map(([, name]) => name ?? '');
    const known = functions.length > 0 && functions.every((name) => INTRINSICS.has(name));
    // A context path inside a function is not worth a parser here.
    if (!text.startsWith('States.') || !known || text.includes('$$')) throw this.refuse(`${field} ${text}`);
  }
}
