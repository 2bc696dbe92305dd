import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CopyFunction } from '#infra/copy-function.ts';
import { HANDLER_FOLDER, HANDLERS } from '#infra/copy-functions.ts';
import { contest } from '../contest.ts';
import { OURS, SDK_HANDLER } from '../names.ts';
import type { Run, Section, Settings } from '../section.ts';

const run = promisify(execFile);

/**
 * Two handlers that do the same call; both bundled by the construct that deploys ours, as CommonJS. As an ES module theirs
 * takes 20 ms longer to load, because that loads Node's own undici, too.
 */
const ENTRIES = {
  Ours: join(HANDLER_FOLDER, HANDLERS.CopySpan.file),
  Theirs: fileURLToPath(import.meta.resolve('../cold/aws-sdk-handler.ts')),
};

/** What a cold start loads: the size of the bundle and the time to import it in a new process. */
export async function measureCold({ coldLoads }: Settings): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'objectferry-cold-'));
  try {
    const [ours, theirs] = bundle(folder);
    const contender = (name: string, file: string) => ({ name, run: () => load(file) });
    const outcome = await contest(coldLoads, [contender(OURS, ours), contender(SDK_HANDLER, theirs)]);
    return {
      name: 'cold',
      title: `A cold start of CopySpan: both handlers bundled as deployed, each loaded in ${coldLoads} new processes.`,
      measures: [
        { key: 'loadMs', label: 'load, ms', digits: 0 },
        { key: 'kib', label: 'bundle, KiB', digits: 0 },
        { key: 'rssMiB', label: 'RSS once loaded, MiB', digits: 0 },
      ],
      ...outcome,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bundles both, and says where. */
function bundle(outdir: string): [string, string] {
  const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new Stack(app, 'Cold');
  const fileOf = (id: keyof typeof ENTRIES): string => {
    const { node } = new CopyFunction(stack, id, {
      entry: ENTRIES[id],
      description: id,
      memoryMiB: HANDLERS.CopySpan.memoryMiB,
      timeout: Duration.seconds(HANDLERS.CopySpan.timeoutSeconds),
      logRetention: RetentionDays.ONE_DAY,
    });
    const resource = node.defaultChild;
    if (!(resource instanceof CfnFunction)) throw new TypeError(`${id} is no function.`);
    const path: unknown = resource.getMetadata('aws:asset:path');
    return join(outdir, `${path}`, 'index.js');
  };
  return [fileOf('Ours'), fileOf('Theirs')];
}

async function load(file: string): Promise<Run> {
  const script =
    'const begun = performance.now();' +
    `const { handler } = require(${JSON.stringify(file)});` +
    'const loadMs = performance.now() - begun;' +
    "if (typeof handler !== 'function') throw new TypeError('There is no handler.');" +
    'process.stdout.write(JSON.stringify({ loadMs, rssMiB: process.memoryUsage.rss() / 2 ** 20 }));';
  // Without the compile cache that tests have: Lambda has none at its first start.
  const env = { PATH: process.env['PATH'], AWS_REGION: 'eu-west-1' };
  const { stdout } = await run(process.execPath, ['--eval', script], { env });
  const { size } = await stat(file);
  const { loadMs, rssMiB }: { loadMs: number; rssMiB: number } = JSON.parse(stdout);
  return { loadMs, rssMiB, kib: size / 1024 };
}
