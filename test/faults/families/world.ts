import type { TemporaryAccount } from '../../emulators/account.ts';
import { changing, type Exception, type Family, type FaultWorld, OK } from '../fault.ts';
import { FIRST_KEYS } from '../keys.ts';
import { AFTER } from '../position.ts';

/** Where the source may change under a copy that has pinned it. */
const UNDER_WAY = [
  'Initiate',
  'first part',
  'middle part',
  'last part',
  'List Parts',
  'Complete',
  'HEAD after',
  'CopyObject',
  'HEAD after CopyObject',
] as const;

/** All bytes are copied by then. */
const COPIED = ['Complete', ...AFTER] as const;
const ALL_COPIED = 'All bytes of the pinned version were copied by then.';
const LOOKS_AGAIN =
  "At a store that is not Amazon's the source is looked at once more, which cannot tell before from after.";
/** The bytes are copied already, or a store that is not known to honour conditions is looked at once more. */
const SOURCE_LATE: readonly Exception[] = [
  { at: ['List Parts'], on: ['s3'], result: 'SourceChanged', because: LOOKS_AGAIN },
  { at: ['List Parts', ...COPIED], result: 'ok', because: ALL_COPIED },
];
const REPLACED: Exception = {
  at: AFTER,
  result: 'ok',
  bytes: 'untouched',
  because:
    'It was complete and right; what stands there now came later. The receipt says that nothing could be read back.',
};

const HOUR_MS = 3_600_000;
const NEXT_KEYS: TemporaryAccount = { ...FIRST_KEYS, secretAccessKey: 'the-next-secret' };

function overwriteSource({ emulator, source: { bucket, key } }: FaultWorld): void {
  const size = emulator.model.getObject(bucket, key)?.content.size ?? 0;
  emulator.model.putVirtualObject(bucket, key, size, 55);
}

function archiveSource({ emulator, provider, source: { bucket, key } }: FaultWorld): void {
  const versionId = emulator.model.getObject(bucket, key)?.versionId ?? 'null';
  emulator.model.amend(bucket, key, versionId, { storageClass: provider.archive ?? '' });
}

function deny(action: 'read' | 'write'): (world: FaultWorld) => void {
  return ({ provider, setKeys }) => {
    const denied = [provider.actions[action]].flat();
    setKeys({ ...FIRST_KEYS, deniedActions: denied }, undefined);
  };
}

/** A world that does not stand still while a copy runs. */
export const world: Family = {
  title: 'The world changes in the middle of the copy',
  text: 'Just before the named request is worked on, somebody else does something.',
  faults: [
    {
      name: 'source-overwritten',
      title: 'source overwritten',
      at: UNDER_WAY,
      injection: changing(overwriteSource),
      expect: { result: 'SourceChanged' },
      except: SOURCE_LATE,
    },
    {
      name: 'source-overwritten-versioned',
      title: 'source overwritten, the bucket keeps versions',
      at: UNDER_WAY,
      injection: changing(overwriteSource),
      versioned: true,
      expect: OK,
    },
    {
      name: 'source-deleted',
      title: 'source deleted',
      at: UNDER_WAY,
      injection: changing(({ emulator, source: { bucket, key } }) => {
        emulator.model.deleteObject(bucket, key);
      }),
      expect: { result: 'SourceChanged' },
      except: SOURCE_LATE,
    },
    {
      name: 'source-archived',
      title: 'source archived',
      at: UNDER_WAY,
      injection: changing(archiveSource),
      unlike: ({ archive }) => (archive === undefined ? 'The provider has no archive.' : undefined),
      expect: { result: 'SourceArchived' },
      except: [
        {
          at: ['List Parts', ...COPIED],
          result: 'ok',
          because: ALL_COPIED,
        },
      ],
    },
    {
      name: 'destination-written',
      title: 'destination written by somebody else, overwrite always',
      at: UNDER_WAY,
      injection: changing(({ writeDestination }) => writeDestination()),
      options: { overwrite: 'always' },
      expect: OK,
      except: [
        REPLACED,
        {
          at: ['first part', 'middle part', 'last part', 'List Parts', 'Complete'],
          on: ['obs'],
          result: 'ok',
          bytes: 'untouched',
          because: 'OBS dates an object by its Initiate: what was written since then stays the current one.',
        },
      ],
    },
    {
      name: 'destination-written-never',
      title: 'destination written by somebody else, overwrite never',
      at: UNDER_WAY.filter((position) => !position.startsWith('HEAD after')),
      injection: changing(({ writeDestination }) => writeDestination()),
      options: { overwrite: 'never' },
      expect: { result: 'DestinationExists' },
      except: [
        {
          at: ['CopyObject'],
          on: ['obs'],
          result: 'ok',
          because: 'The provider cannot refuse to overwrite: the look just before is all that protects.',
        },
        {
          at: ['Complete', 'CopyObject'],
          on: ['qingstor'],
          result: 'ok',
          because: 'The provider cannot refuse to overwrite: the look just before is all that protects.',
        },
      ],
    },
    {
      name: 'bucket-gone',
      title: 'destination bucket gone',
      at: UNDER_WAY,
      injection: changing(({ emulator, destination: { bucket } }) => emulator.model.deleteBucket(bucket)),
      expect: { result: 'BucketNotFound' },
      except: [{ ...REPLACED, on: ['qingstor', 's3'] }],
    },
    {
      name: 'read-withdrawn',
      title: 'permission to read the source withdrawn',
      at: UNDER_WAY,
      injection: changing(deny('read')),
      expect: { result: 'AccessDenied' },
      except: [
        { at: ['HEAD after CopyObject'], on: ['s3'], result: 'AccessDenied', bytes: 'right', because: LOOKS_AGAIN },
        { at: ['List Parts'], on: ['s3'], result: 'AccessDenied', because: LOOKS_AGAIN },
        { at: ['List Parts', ...COPIED], result: 'ok', because: ALL_COPIED },
      ],
    },
    {
      name: 'write-withdrawn',
      title: 'permission to write the destination withdrawn',
      at: UNDER_WAY,
      injection: changing(deny('write')),
      expect: { result: 'AccessDenied' },
      except: [{ at: AFTER, result: 'ok' }],
    },
    {
      name: 'keys-rotated',
      title: 'keys rotated, the new ones are in the secret',
      at: UNDER_WAY,
      injection: changing(({ setKeys }) => setKeys(NEXT_KEYS, NEXT_KEYS)),
      expect: OK,
    },
    {
      name: 'token-ended',
      title: 'session token ended, a new one is in the secret',
      at: UNDER_WAY,
      injection: changing(({ setKeys }) => {
        const next = { ...FIRST_KEYS, sessionToken: 'token-2' };
        setKeys(next, next);
      }),
      session: true,
      unlike: ({ sessionTokens }) => (sessionTokens ? undefined : 'The provider has no session tokens.'),
      expect: OK,
    },
    {
      name: 'clock-ahead',
      title: "the provider's clock jumps an hour ahead",
      at: UNDER_WAY,
      injection: changing(({ setClockAheadMs }) => setClockAheadMs(HOUR_MS)),
      expect: OK,
    },
    {
      name: 'clock-behind',
      title: "the provider's clock jumps an hour back",
      at: UNDER_WAY,
      injection: changing(({ setClockAheadMs }) => setClockAheadMs(-HOUR_MS)),
      expect: OK,
    },
  ],
};
