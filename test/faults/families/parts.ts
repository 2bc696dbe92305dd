import { createHash } from 'node:crypto';
import { Content } from '../../emulators/content.ts';
import { answering, changing, type Family, type FaultWorld, OK } from '../fault.ts';
import { withoutRange } from '../unlike.ts';

const PARTS = ['first part', 'middle part', 'last part'] as const;
const SHORT_BYTES = 3;

/** Somebody with our rights puts other bytes of the same size in the place of a part that is there. */
function replacePart({ emulator, destination }: FaultWorld): void {
  for (const upload of emulator.model.openUploads(destination.bucket)) {
    const part = upload.parts.get(2);
    if (part === undefined) continue;
    const content = Content.virtual(77, part.content.size);
    upload.parts.set(2, {
      ...part,
      content,
      etag: createHash('md5').update('theirs').digest('hex'),
      crc64: content.crc64(),
    });
  }
}

function abortUploads({ emulator, destination }: FaultWorld): void {
  for (const upload of emulator.model.openUploads(destination.bucket)) emulator.model.endUpload(upload);
}

/** What can happen to an upload and its parts. */
export const parts: Family = {
  title: 'The upload is not what it should be',
  text: 'Parts that hold other bytes than were asked for, and an upload that others get at.',
  faults: [
    {
      name: 'whole-object',
      title: 'the range is ignored, the whole object copied',
      at: PARTS,
      injection: answering({ kind: 'whole-object' }),
      expect: OK,
    },
    {
      name: 'wrong-range',
      title: 'Content-Range names other bytes',
      at: PARTS,
      injection: answering({ kind: 'wrong-range' }),
      unlike: withoutRange,
      expect: OK,
    },
    {
      name: 'wrong-size',
      title: `the part lacks ${SHORT_BYTES} bytes`,
      at: PARTS,
      injection: answering({ kind: 'wrong-size', bytes: SHORT_BYTES }),
      expect: OK,
    },
    {
      name: 'part-replaced',
      title: 'a part replaced by somebody else',
      at: ['last part', 'List Parts', 'Complete'],
      injection: changing(replacePart),
      expect: { result: 'ChecksumMismatch' },
      except: [
        {
          at: ['Complete'],
          on: ['qingstor'],
          result: 'InvalidRequest',
          because: 'QingStor refuses a part with another ETag by the code of any bad argument.',
        },
      ],
    },
    {
      name: 'upload-aborted',
      title: 'the upload aborted by somebody else',
      at: ['first List Parts', ...PARTS, 'List Parts', 'Complete', 'Abort', 'List Parts after Abort'],
      injection: changing(abortUploads),
      expect: { result: 'UploadGone' },
    },
    {
      name: 'repeated',
      title: 'the request sent twice by a proxy',
      at: ['source HEAD', 'first List Parts', ...PARTS, 'List Parts', 'Complete', 'HEAD after', 'Abort', 'CopyObject'],
      injection: answering({ kind: 'repeated' }),
      expect: OK,
    },
  ],
};
