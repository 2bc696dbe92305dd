import type { Dialect } from '../xml/dialect.ts';
import { errorOf, factsOf } from './errors.ts';

/** What the parts that all providers share have to know of QingStor. */
export const QINGSTOR_DIALECT: Dialect = {
  provider: 'qingstor',
  title: 'QingStor',
  clockSkewCode: 'request_expired',
  prefix: 'x-qs-',
  headerEtag: true,
  errorOf,
  factsOf,
  checksumsOf: () => ({}),
  encryptionOf: (headers) => {
    const algorithm = headers['x-qs-encryption-customer-algorithm'];
    return algorithm === undefined || algorithm === '' ? undefined : { algorithm };
  },
};
