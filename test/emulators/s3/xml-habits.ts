import type { Answer } from '../answer.ts';
import type { S3Quirks } from './context.ts';

/** Operations that work while the client waits, and send blanks to keep the connection open. */
const slowOperations = ['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload'];
const blanks = ' \n  \n';

/** Writes a document as this store has the habit to: quotes of ETags, blanks in front. */
export function inStoresHabit(document: string, operation: string, quirks: S3Quirks): string {
  const quote = quirks.etagQuoting;
  const quoted = document.replace(
    /<ETag>"([^<]*)"<\/ETag>/g,
    (_, etag: string) => `<ETag>${quote}${etag}${quote}</ETag>`,
  );
  return quirks.leadingBlanks && slowOperations.includes(operation) ? `${blanks}${quoted}` : quoted;
}

/** The same for a whole answer. */
export function answerInStoresHabit(answer: Answer, operation: string, quirks: S3Quirks): Answer {
  const { etag } = answer.headers;
  const bare = etag !== undefined && quirks.etagQuoting === '' ? { etag: etag.replaceAll('"', '') } : {};
  return {
    ...answer,
    headers: { ...answer.headers, ...bare },
    body: typeof answer.body === 'string' ? inStoresHabit(answer.body, operation, quirks) : answer.body,
  };
}
