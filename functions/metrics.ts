import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MetricUnit as Unit } from '@aws-lambda-powertools/metrics/types';
import { CopyRequest, PinnedCopy, Receipt } from '@objectferry/shared/contract.ts';
import { METRIC_DIMENSION, METRICS, METRICS_NAMESPACE } from '@objectferry/shared/naming.ts';
import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import * as v from 'valibot';

const UNITS: Partial<Record<keyof typeof METRICS, Unit>> = {
  bytes: MetricUnit.Bytes,
  bytesRead: MetricUnit.Bytes,
  openUploadBytes: MetricUnit.Bytes,
  seconds: MetricUnit.Seconds,
  deferredAge: MetricUnit.Seconds,
  // CloudWatch knows no hours.
  oldestUploadHours: MetricUnit.NoUnit,
};

/** Values by the name of their metric. */
export type Measures = { readonly [name in keyof typeof METRICS]?: number };

// Every metric has exactly one set of dimensions: a query over all of them would count it once for each set.
const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
metrics.clearDefaultDimensions();

/**
 * Writes metrics as one line of the log, from which CloudWatch takes them: nothing is called, nothing waits.
 *
 * @param where The store, and the bucket where a metric is told by bucket.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitMetrics(
  { store, bucket }: { readonly store: string; readonly bucket?: string | undefined },
  measures: Measures,
): void {
  metrics.addDimension(METRIC_DIMENSION, store);
  if (bucket !== undefined) metrics.addDimension('bucket', bucket);
  for (const [name, value] of Object.entries(measures)) {
    if (isMetric(name)) metrics.addMetric(METRICS[name], UNITS[name] ?? MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}

function isMetric(name: string): name is keyof typeof METRICS {
  return Object.hasOwn(METRICS, name);
}

/** Counts what one invocation of a task does, whether it ends well or not. */
export class CopyMeter {
  #bytes = 0;
  #bytesRead = 0;
  #parts = 0;
  #retries = 0;
  #throttles = 0;

  /** Hears what the use case tells while it works. */
  observe(event: CopyEvent): void {
    if (event.type === 'part' && !event.adopted) {
      this.#parts += 1;
      this.#bytes += event.bytes;
    }
    if (event.type === 'read') this.#bytesRead += event.bytes;
    if (event.type === 'retry') {
      this.#retries += 1;
      if (event.error.name === 'Throttled') this.#throttles += 1;
    }
  }

  /**
   * Emits what was counted, and, when the copy is finished, how long it took.
   *
   * @param input What the task was given, and `output` what it answered; undefined when it failed.
   */
  report(input: unknown, output: unknown): void {
    const store = storeOf(input);
    if (store === undefined) return;
    const receipt = v.safeParse(Finished, output);
    const { strategy, size, seconds } = receipt.success ? receipt.output.receipt : NOT_FINISHED;
    const counted = {
      bytes: this.#bytes + (strategy === 'whole' ? size : 0),
      bytesRead: this.#bytesRead,
      parts: this.#parts,
      retries: this.#retries,
      throttles: this.#throttles,
    };
    // Zeros say nothing that silence does not, and every line of the log is paid for.
    const told = Object.fromEntries(Object.entries(counted).filter(([, value]) => value > 0));
    const finished = strategy === 'whole' || strategy === 'parts';
    if (finished || Object.keys(told).length > 0) emitMetrics({ store }, { ...told, ...(finished ? { seconds } : {}) });
  }
}

const { strategy, size, seconds } = Receipt.entries;
// A step whose bytes are still to be read back has a receipt, too.
const Finished = v.object({ strategy: v.literal('finished'), receipt: v.object({ strategy, size, seconds }) });
const NOT_FINISHED = { strategy: undefined, size: 0, seconds: 0 };

const Pinned = v.object({ copy: v.object({ destination: PinnedCopy.entries.destination }) });
const Requested = v.object({ request: v.object({ destination: CopyRequest.entries.destination }) });

/** The destination's store, because its credentials make every request of a copy. */
function storeOf(input: unknown): string | undefined {
  const pinned = v.safeParse(Pinned, input);
  if (pinned.success) return pinned.output.copy.destination.store;
  const requested = v.safeParse(Requested, input);
  return requested.success ? requested.output.request.destination.store : undefined;
}
