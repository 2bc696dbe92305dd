import { CopyError, type ErrorName, isErrorName } from '@objectferry/shared/errors.ts';

/** A parser, valid inputs of it, and what it may do with invalid ones. */
export interface Target {
  readonly name: string;
  /** Valid inputs, by their names. */
  readonly inputs: ReadonlyMap<string, Buffer>;
  /** Parses bytes, whatever they are; `input` names the one that they were made of. */
  readonly parse: (bytes: Buffer, input: string) => unknown;
  /** True for the errors that the parser documents. */
  readonly refuses: (error: unknown) => boolean;
  /** How many times as long as its input a result may be, written as JSON; default: 4. */
  readonly growth?: number;
  /** Longest time for one input in milliseconds, where its size is bounded and no time is lost by others; default: 50. */
  readonly mostMs?: number;
}

/** Named inputs of texts, bytes, or what JSON makes of anything else. */
export function inputsOf(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, Buffer> {
  return new Map(
    Object.entries(values).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  );
}

export function isCopyError(error: unknown): boolean {
  return error instanceof CopyError && isErrorName(error.name);
}

/** For parsers that blame one thing alone. */
export function isNamed(name: ErrorName): Target['refuses'] {
  return (error) => error instanceof CopyError && error.name === name;
}
