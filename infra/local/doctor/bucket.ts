import { adviceFor, CopyError } from '@objectferry/shared/errors.ts';
import type { OpenStore } from '@objectferry/shared/stores.ts';
import type { Finding } from './finding.ts';
import { actionsOf, policyFor, RIGHTS, type Right } from './permissions.ts';
import type { Persist } from './scratch.ts';
import { type TrialResult, tryBucket } from './trial.ts';

/** One bucket, and how far the doctor may go in it. */
interface BucketExam {
  readonly store: OpenStore;
  readonly bucket: string;
  readonly token: string;
  readonly persist: Persist;
  readonly mayList: boolean;
  readonly write: boolean;
  readonly signal: AbortSignal;
}

/** Examines a bucket that is there, with credentials that are accepted. */
export async function examineBucket(exam: BucketExam): Promise<readonly Finding[]> {
  const { store, mayList, write } = exam;
  const missing: Right[] = mayList ? [] : ['listUploads'];
  if (!write) {
    const look = await canBeRead(exam);
    return [...permissions(exam, missing), look];
  }
  const result = await tryBucket({ ...exam, store: store.name, client: store.client });
  const all = [...missing, ...result.missing];
  return [...permissions(exam, all), ...outcome(exam, result, all)];
}

function outcome(exam: BucketExam, { problem, left }: TrialResult, missing: readonly Right[]): readonly Finding[] {
  const subject = subjectOf(exam);
  const copy: Finding[] = [];
  if (problem !== undefined) {
    const sentence = `${problem.message} ${adviceFor(problem.name)}`;
    copy.push({ subject, check: 'copy', verdict: 'fail', sentence });
  } else if (missing.length === 0) {
    const sentence = 'A few bytes were written, copied with one request and in parts, read back and deleted.';
    copy.push({ subject, check: 'copy', verdict: 'ok', sentence });
  }
  if (left.length === 0) return copy;
  const sentence = `The doctor could not remove ${left.join(' and ')}: delete it by hand.`;
  return [...copy, { subject, check: 'leftovers', verdict: 'fail', sentence }];
}

/** What is missing, by the names that the provider's policies have for it. */
function permissions(exam: BucketExam, missing: readonly Right[]): readonly Finding[] {
  const subject = subjectOf(exam);
  const { provider } = exam.store.client;
  if (missing.length === 0) {
    const sentence = exam.write ? 'They allow everything that a copy does.' : 'Uploads may be listed.';
    return [{ subject, check: 'permissions', verdict: 'ok', sentence }];
  }
  const actions = [...new Set(missing)].flatMap((right) => actionsOf(provider, right)).join(', ');
  const consequence = missing.includes('delete') ? ' Without the right to delete, nothing was completed here.' : '';
  const sentence = `The credentials may not ${actions} here: grant it, for example with the policy below.${consequence}`;
  const policy = policyFor(provider, exam.bucket, exam.write ? RIGHTS : missing);
  return [{ subject, check: 'permissions', verdict: 'fail', sentence, policy }];
}

/** Without writing, all that can be tried is to look at an object that is not there. */
async function canBeRead(exam: BucketExam): Promise<Finding> {
  const { store, bucket, token, persist } = exam;
  const subject = subjectOf(exam);
  try {
    await persist(() => store.client.head({ object: { bucket, key: `objectferry-doctor/${token}` } }));
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    if (error.name === 'SourceNotFound') {
      return { subject, check: 'bucket', verdict: 'ok', sentence: 'Objects may be looked at; nothing was written.' };
    }
    if (error.name !== 'AccessDenied') {
      return { subject, check: 'bucket', verdict: 'fail', sentence: `${error.message} ${adviceFor(error.name)}` };
    }
  }
  const sentence =
    'The provider does not say whether objects may be read, as some do for keys that are not there: try it without --no-write.';
  return { subject, check: 'bucket', verdict: 'warn', sentence };
}

function subjectOf({ store, bucket }: BucketExam): string {
  return `${store.name}/${bucket}`;
}
