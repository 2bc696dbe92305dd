import type { ObjectStore } from '../provider/provider.ts';

/**
 * False where part copies take another object, or none, for a source of this key: a store that decodes the key twice
 * reads an escape in it as a character, and `?versionId=` as the beginning of a version.
 */
export function partCopiesFind({ capabilities }: Pick<ObjectStore, 'capabilities'>, key: string): boolean {
  return capabilities.exactPartSource || !/%|\?versionId=/i.test(key);
}
