import { describe, inject } from 'vitest';
import { describeConformance } from '../conformance/suite.ts';
import { CEPH_EXCEPTIONS, cephTarget } from './target.ts';

/** Ceph verifies both signatures of the x-amz- dialect of OBS. */
describe.each(['v2', 'v4'])('signature %s', (signature) => {
  describeConformance(
    'Ceph RGW by the x-amz- dialect of OBS',
    async () => cephTarget(inject('ceph'), { provider: 'obs', dialect: 'amz', signature }),
    {
      ...CEPH_EXCEPTIONS,
      withoutTags: 'Ceph drops tags given when an upload begins',
      etagAtComplete: 'Ceph completes without an ETag',
      withoutEncryption: 'Ceph overlooks encryption headers in CopyObject, and takes them over TLS only',
      inexactPartSource: 'Ceph decodes the source of a part copy twice, and dies where that cannot be done',
    },
  );
});
