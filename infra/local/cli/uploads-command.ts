import { type Command, Option } from 'commander';
import type { Subcommand } from './subcommand.ts';

const UPLOAD_JSON = `{ "key", "uploadId", "initiated", "ageSeconds", "parts", "bytes", "whose", "command"? }
  parts and bytes are null where the store does not tell; whose is running, interrupted, kept or unknown;
  command goes on with the copy, where that is known`;

const WHOSE = `An upload is ours when a journal of objectferry copy, or an execution of objectferry serve, on this machine names it:
running (or about to go on), interrupted, or kept (--on-failure keep). All others are unknown, also those of copies
behind another API: a deployment removes its own by itself.`;

const STORES = 'stores file, YAML or JSON';

/** `objectferry uploads list` and `objectferry uploads abort`. */
export const uploadsCommand: Subcommand = (program, end) => {
  const uploads = program.command('uploads').description('show open multipart uploads, and remove those left behind');
  where(uploads.command('list'))
    .description('show what is open in a bucket, and which of it is ours')
    .option('--limit <n>', 'at most this many', '100')
    .addHelpText(
      'after',
      `
${WHOSE}

With --json: { "place", "uploads": [upload], "more" }, where more is true when --limit left some out, and an upload is
  ${UPLOAD_JSON}

Exit codes: 0 listed, 1 failed, 2 bad arguments or configuration.`,
    )
    .action((place, flags) => end(import('./uploads-list.ts').then(({ listUploads }) => listUploads(place, flags))));
  where(uploads.command('abort'))
    .description('remove uploads of copies that were interrupted or keep their parts')
    .option('--all', 'also those that are unknown here; needs --older-than')
    .option('--upload-id <id>', 'only this one')
    .option('--limit <n>', 'at most this many')
    .option('--dry-run', 'show what would be removed, and remove nothing')
    .addHelpText(
      'after',
      `
${WHOSE}
Uploads of copies that run are never removed: stop such a copy, and it removes its own.

With --json: { "place", "dryRun", "removed": [upload], "failed": [upload with "error": { "name", "message" }],
"left": { "running", "interrupted", "kept", "unknown" } }; left counts what was open and not to be removed, removed with
dryRun what would be. An upload is
  ${UPLOAD_JSON}

Exit codes: 0 removed, or nothing to remove; 1 some could not be; 2 bad arguments or configuration.`,
    )
    .action((place, flags) => end(import('./uploads-abort.ts').then(({ abortUploads }) => abortUploads(place, flags))));
  return uploads;
};

function where(command: Command): Command {
  return command
    .argument('<place>', 'store://bucket, or store://bucket/prefix with the prefix percent-encoded')
    .option('--stores <file>', STORES, 'stores.yaml')
    .option('--older-than <age>', 'only those of this age or older, as 90m, 36h or 7d')
    .addOption(
      new Option(
        '--state-folder <dir>',
        'a folder that copy or serve was given, besides the usual ones; may be repeated',
      ).argParser((folder: string, before: readonly string[] = []) => [...before, folder]),
    )
    .option('--json', 'print one JSON line on stdout and nothing else');
}
