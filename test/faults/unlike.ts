import type { FaultSpec } from './fault.ts';
import { AFTER, type PositionName } from './position.ts';
import type { FaultProvider } from './provider.ts';

type Unlike = NonNullable<FaultSpec['unlike']>;

const HEADS: readonly PositionName[] = ['source HEAD', ...AFTER];
/** What QingStor answers with a status and headers only. */
const WORDLESS_WRITES: readonly PositionName[] = ['first part', 'middle part', 'last part', 'Complete', 'CopyObject'];

/** Cells of faults of a body, where the answer can have none. */
export const withoutBody: Unlike = (_, position) =>
  HEADS.includes(position) || position === 'Abort' ? 'This answer never has a body.' : undefined;

/** Cells of faults of a document, where the answer has none. */
export const withoutDocument: Unlike = (provider, position) =>
  withoutBody(provider, position) ?? jsonWrite(provider, position);

/** Cells of faults that only an XML document can have. */
export const withoutXml: Unlike = (provider, position) =>
  withoutBody(provider, position) ?? (provider.documents === 'json' ? 'JSON knows no entities.' : undefined);

/** Cells of faults of an ETag, where the answer has none. */
export const withoutEtag: Unlike = ({ documents }, position) =>
  documents === 'json' && position === 'Complete' ? 'This answer of QingStor never has an ETag.' : undefined;

/** Cells of faults of the range in the answer, where the provider does not say which bytes it copied. */
export const withoutRange: Unlike = ({ reportsRanges }) =>
  reportsRanges ? undefined : 'The provider does not say which bytes it copied.';

function jsonWrite({ documents }: FaultProvider, position: PositionName): string | undefined {
  return documents === 'json' && WORDLESS_WRITES.includes(position)
    ? 'QingStor answers this without a document.'
    : undefined;
}
