import { withEndpoint } from './endpoint.ts';
import type { Subcommand } from './subcommand.ts';

export const copyCommand: Subcommand = (program, end) =>
  withEndpoint(
    program
      .command('copy')
      .description('copy one object, here or with --endpoint through an API')
      .argument('<source>', 'store://bucket/key[?versionId=…], the key percent-encoded')
      .argument('<destination>', 'store://bucket/key')
      .option('--stores <file>', 'stores file, YAML or JSON', 'stores.yaml')
      .option('--json', 'print one JSON receipt on stdout and nothing else')
      .option(
        '--state-folder <dir>',
        'where interrupted copies are remembered; default: objectferry in $XDG_STATE_HOME or ~/.local/state',
      )
      .option('--overwrite <when>', 'always, never or ifDifferent')
      .option('--part-size-mib <n>', 'copy in parts of this size, however small the object')
      .option('--max-in-flight <n>', 'requests in flight at the store')
      .option('--copies-at-once <n>', 'copies like this one that run at the same time: larger parts, fewer requests')
      .option('--max-dollars <dollars>', 'refuse a copy that is estimated above, before it begins')
      .option('--if-source-etag <etag>', 'copy only if the source has this ETag')
      .option('--if-source-none-etag <etag>', 'copy only if the source has another ETag')
      .option('--if-source-modified-since <date>', 'copy only if the source is newer')
      .option('--if-source-unmodified-since <date>', 'copy only if the source is not newer')
      .option('--tags <choice>', 'copy or none')
      .option('--acl <acl>', 'access control of the destination, in the words of the provider')
      .option('--storage-class <class>', 'storage class of the destination, in the words of the provider')
      .option('--encryption <kind>', 'provider, kms or customer')
      .option('--encryption-key-id <id>', 'key of --encryption kms')
      .option('--encryption-key-secret <name>', 'secret that holds the key of --encryption customer')
      .option('--source-key-secret <name>', 'secret that holds the customer key of the source')
      .option('--on-failure <choice>', 'abort the upload or keep its parts')
      .option('--require-checksum', 'fail where no checksum can be compared')
      .option('--verify <how>', 'checksum, or read: read both sides back where no checksum proves the copy')
      .option('--no-token', 'put no token into the metadata (weaker proof after a lost answer)')
      .option('--options <json>', 'any options of a CopyRequest as JSON; flags win over it'),
    (option) => option.conflicts(['stores', 'stateFolder']),
  )
    .option('--detach', 'with --endpoint: print the id of the copy and do not wait for its end')
    .option('--idempotency-key <key>', 'with --endpoint: the same key never starts a second copy; default: a new one')
    .addHelpText(
      'after',
      `
Credentials come from the environment: { env: OSS } of the stores file is OSS_ACCESS_KEY_ID, OSS_SECRET_ACCESS_KEY and
OSS_SESSION_TOKEN, a secret named objectferry/north is OBJECTFERRY_NORTH. With --endpoint the API has its own.

Ctrl-C stops a copy that runs here, and aborts its upload, or keeps it with --on-failure keep. A copy whose process was
killed goes on when the same command is run again, with the parts that are there. A copy that runs behind --endpoint goes on: Ctrl-C only
stops watching it, objectferry stop ends it.

Exit codes: 0 done, 1 failed, 2 bad request or configuration, 130 stopped by Ctrl-C.`,
    )
    .action((source, destination, flags) =>
      end(import('./copy.ts').then(({ copy }) => copy(source, destination, flags))),
    );
