import { CopyError } from '../errors.ts';
import type { Estimate } from '../prices/estimate.ts';
import type { CopyEstimate } from './estimate-copy.ts';
import { type Decided, estimateCopy } from './estimate-copy.ts';

const MIB = 1024 * 1024;

/**
 * Refuses a copy that is estimated above its cap, before anything is begun.
 *
 * @throws CopyError OverBudget with the estimate, and with what would fit.
 */
export function refuseOverBudget(copy: Decided): void {
  const { maxDollars } = copy.request.options;
  if (maxDollars === undefined) return;
  const estimated = estimateCopy(copy);
  const { chosen } = estimated;
  if (chosen.dollars.total <= maxDollars) return;
  throw new CopyError(
    'OverBudget',
    `The copy would cost about ${dollarText(chosen.dollars.total)} (${shapeText(chosen)}), above options.maxDollars ${maxDollars}: ${whatFits(estimated, copy, maxDollars)}`,
  );
}

/** Dollars as a person reads them: two digits that count. */
export function dollarText(dollars: number): string {
  if (dollars >= 1 || dollars === 0) return `$${dollars.toFixed(2)}`;
  const digits = Math.min(7, Math.max(2, 1 - Math.floor(Math.log10(dollars))));
  return `$${dollars.toFixed(digits)}`;
}

function shapeText({ strategy, shape }: Estimate): string {
  if (strategy === 'whole') return 'one request';
  return `${shape.partCount} parts of ${partText(shape.partSize)}`;
}

function partText(bytes: number): string {
  return Number.isInteger(bytes / MIB) ? `${bytes / MIB} MiB` : `${bytes} bytes`;
}

function whatFits({ input }: CopyEstimate, copy: Decided, maxDollars: number): string {
  const free = { ...copy.request, options: { ...copy.request.options, partSizeMiB: undefined } };
  const decided = { ...copy.decided, sourcePartSize: undefined };
  const { chosen } = estimateCopy({ ...copy, request: free, decided });
  const total = dollarText(chosen.dollars.total);
  if (chosen.strategy === 'parts' && chosen.dollars.total <= maxDollars) {
    return `with options.partSizeMiB ${chosen.shape.partSize / MIB} it would cost ${total}.`;
  }
  return input.partSizeMiB === undefined ? 'no part size makes it fit.' : `the cheapest part size would cost ${total}.`;
}
