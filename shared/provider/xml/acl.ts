import * as v from 'valibot';
import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectVersion } from '../provider.ts';
import { readXml } from './answers.ts';
import type { Dialect } from './dialect.ts';
import { getSubresource } from './object-requests.ts';
import type { StoreRequest } from './request.ts';

/** OBS calls everybody by a name, S3 by an address; a user has neither. */
const grant = v.object({
  Grantee: v.object({ URI: v.optional(v.string()), Canned: v.optional(v.string()) }),
  Permission: v.string(),
});

const policy = v.object({
  // OSS says its word for the whole list. One grant alone is no list to the parser.
  AccessControlList: v.object({ Grant: v.union([v.string(), v.array(grant), grant]) }),
});

/** Who may do what besides the owner, sorted, by the word for exactly that. */
const CANNED: Readonly<Record<string, string>> = {
  '': 'private',
  'everybody READ': 'public-read',
  'everybody READ, everybody WRITE': 'public-read-write',
  'users READ': 'authenticated-read',
};

/** The ACL of an object version. */
export function getObjectAcl(object: ObjectVersion): StoreRequest {
  return getSubresource('GetObjectAcl', object, 'acl');
}

/**
 * The canned ACL that an object has; grants for which there is no such word are `custom grants`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
 * @throws CopyError IncompleteAnswer
 */
export function readAcl(answer: HttpAnswer, request: StoreRequest, dialect: Dialect): string {
  const { Grant } = readXml(answer, request, dialect, 'AccessControlPolicy', policy).AccessControlList;
  if (typeof Grant === 'string') return Grant.trim();
  const others = [Grant].flat().flatMap(({ Grantee, Permission }) => {
    const group = groupOf(Grantee.URI ?? Grantee.Canned);
    return group === undefined ? [] : [`${group} ${Permission}`];
  });
  return CANNED[others.toSorted().join(', ')] ?? 'custom grants';
}

/** Grants to single users are the owner's as a rule, and no canned ACL has another that could be told from it. */
function groupOf(grantee: string | undefined): string | undefined {
  if (grantee === undefined) return undefined;
  if (/(?:\/AllUsers|^Everyone)$/.test(grantee)) return 'everybody';
  return grantee.endsWith('/AuthenticatedUsers') ? 'users' : grantee;
}
