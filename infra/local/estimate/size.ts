import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../../../shared/quoted.ts';

const POWERS = 'kmgtp';

/** Bytes of a size as a person writes it: `5000000`, `40TB` (decimal), `1.5GiB` (binary). @throws CopyError InvalidRequest */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])(i?))?b?$/i.exec(text.trim());
  const [, digits, prefix, binary] = match ?? [];
  const power = prefix === undefined ? 0 : POWERS.indexOf(prefix.toLowerCase()) + 1;
  const bytes = Math.round(Number(digits) * (binary ? 1024 : 1000) ** power);
  if (match !== null && Number.isSafeInteger(bytes)) return bytes;
  throw new CopyError('InvalidRequest', `--size is ${quoted(text)}: give bytes, or for example 40TB or 1.5GiB.`);
}
