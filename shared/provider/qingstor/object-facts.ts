import type { HttpAnswer } from '../../http/transport.ts';
import type { ObjectFacts } from '../provider.ts';
import { readCommonFacts } from '../xml/object-facts.ts';
import { QINGSTOR_DIALECT } from './dialect.ts';

/**
 * Reads the headers of HEAD. No class of QingStor has to be restored before it is read; where that should change, the
 * answer to the copy says so.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/basic_opt/head/
 * @throws CopyError IncompleteAnswer when size, ETag or time are missing.
 */
export function readFacts(answer: HttpAnswer): ObjectFacts {
  return {
    ...readCommonFacts(answer, QINGSTOR_DIALECT),
    access: 'readable',
    type: /appendable/i.test(answer.headers['x-qs-object-type'] ?? '') ? 'appendable' : 'normal',
  };
}
