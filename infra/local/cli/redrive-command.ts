import type { Subcommand } from './subcommand.ts';

export const redriveCommand: Subcommand = (program, end) =>
  program
    .command('redrive')
    .description('show the dead letters of a deployment with their reasons, and send them back')
    .requiredOption('--queue-url <url>', 'queue of dead letters, DeadLetterQueueUrl of the stack')
    .option('--to <url>', 'queue that they are sent to; default: the one whose dead letters these are')
    .option('--dry-run', 'show them and send nothing')
    .option('--limit <n>', 'at most this many')
    .option('--json', 'print one JSON line for each message and nothing else')
    .addHelpText(
      'after',
      `
Mend the cause first, for example a rule: what fails again comes back. An event that is sent back twice starts one copy.
AWS credentials are taken from where the AWS command line takes them.

A failed copy is no dead letter: start it again, or, when it was to keep its parts (onFailure: keep), have it go on:
  objectferry resume ID --endpoint URL

Exit codes: 1 failed, or some came back at once; 2 bad arguments or configuration.`,
    )
    .action((flags) => end(import('./redrive.ts').then(({ redriveQueue }) => redriveQueue(flags))));
