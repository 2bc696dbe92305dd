/**
 * Decodes a key that was encoded like a form: blanks are `+`, everything else `%XX` of UTF-8.
 *
 * @returns undefined when the text is no such encoding.
 */
function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The key of a notification that is documented to encode keys; one that is no encoding stands for itself. */
export function encodedKey(text: string): readonly string[] {
  return [formDecoded(text) ?? text];
}

/** Both readings of a key whose notification is likely to encode keys. */
export function likelyEncodedKey(text: string): readonly string[] {
  return distinct([formDecoded(text) ?? text, text]);
}

/** Both readings of a key whose notification is likely to leave keys as they are. */
export function likelyRawKey(text: string): readonly string[] {
  return distinct([text, formDecoded(text) ?? text]);
}

function distinct(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)];
}
