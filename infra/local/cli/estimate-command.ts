import type { Subcommand } from './subcommand.ts';

export const estimateCommand: Subcommand = (program, end) =>
  program
    .command('estimate')
    .description('say what a copy would take in requests, dollars and minutes; writes nothing')
    .argument('[source]', 'store://bucket/key[?versionId=…], the key percent-encoded; not with --size')
    .argument('[destination]', 'store://bucket/key')
    .option('--stores <file>', 'stores file, YAML or JSON', 'stores.yaml')
    .option('--json', 'print one JSON line on stdout and nothing else')
    .option('--size <bytes>', 'an object that need not exist, for example 5000000, 40TB or 1.5GiB')
    .option('--provider <name>', 'with --size: where it would be, oss, obs, qingstor or s3')
    .option('--store <name>', 'with --size: a store of the stores file instead, with its own rate and prices')
    .option('--part-size-mib <n>', 'as for copy')
    .option('--max-in-flight <n>', 'as for copy')
    .option('--copies <n>', 'copies like this one that run at the same time')
    .option('--verify <how>', 'checksum, or read, as for copy')
    .option('--max-dollars <dollars>', 'as for copy: fail when the estimate is above')
    .addHelpText(
      'after',
      `
The estimate is of a copy that a deployment runs, and in which nothing has to be repeated. Prices are those of a table
with dates, or of the store's own field prices; what could not be confirmed is marked.

Exit codes: 0 done, 1 failed or above --max-dollars, 2 bad request or configuration.`,
    )
    .action((source, destination, flags) =>
      end(import('./estimate.ts').then(({ estimate }) => estimate(source, destination, flags))),
    );
