import * as v from 'valibot';
import { parseJson } from '../../http/json.ts';
import type { HttpAnswer } from '../../http/transport.ts';
import { type ByteRange, parseContentRange } from '../../range.ts';
import type { CopiedPart, CreatedUpload, WrittenObject } from '../provider.ts';
import { incomplete, opaqueId, written } from '../xml/answers.ts';
import type { StoreRequest } from '../xml/request.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';

const uploadResult = v.object({ upload_id: opaqueId });

/** The answer has no body; the ETag may be missing, which the caller has to judge. @throws CopyError IncompleteAnswer */
export function readCopy(answer: HttpAnswer): WrittenObject {
  requireCreated(answer);
  return written(answer, QINGSTOR_DIALECT, {});
}

/** @throws CopyError IncompleteAnswer */
export function readUpload(answer: HttpAnswer): CreatedUpload {
  return { uploadId: parseJson(answer.body, uploadResult).upload_id };
}

/** The answer has no body; ETag (QS-4) and range may be missing, which the caller has to judge. @throws CopyError IncompleteAnswer */
export function readPartCopy(answer: HttpAnswer): CopiedPart {
  return {
    ...readPart(answer),
    range: copiedRange(answer),
    sourceVersionId: answer.headers['x-qs-copy-source-version-id'],
  };
}

/** @throws CopyError IncompleteAnswer */
export function readPart(answer: HttpAnswer): CopiedPart {
  requireCreated(answer);
  return { etag: answer.headers['etag'], encryption: QINGSTOR_DIALECT.encryptionOf(answer.headers) };
}

/** The object has the ETag that the request gave it. @throws CopyError IncompleteAnswer */
export function readComplete(answer: HttpAnswer, { headers }: StoreRequest): WrittenObject {
  requireCreated(answer);
  return { ...written(answer, QINGSTOR_DIALECT, {}), etag: headers['etag'] };
}

/** Everything that makes something is answered with 201; a proxy's 200 is no success. */
function requireCreated({ status }: HttpAnswer): void {
  if (status !== 201) throw incomplete(QINGSTOR_DIALECT, `has status ${status} where 201 was expected`);
}

/** Unreadable counts as absent. */
function copiedRange({ headers }: HttpAnswer): (ByteRange & { readonly total?: number }) | undefined {
  return parseContentRange(headers['x-qs-content-copy-range'] ?? '');
}
