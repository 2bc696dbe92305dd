import type { PushRequest } from './push-request.ts';

/** Headers that carry a token; EventBridge of Alibaba has one of its own, which its signature covers. */
const TOKEN_HEADERS = ['x-objectferry-token', 'x-eventbridge-signature-token'];

/** Nobody has more than one to send; each costs a comparison with every rule's. */
const MAX_TOKENS = 4;

/**
 * The tokens that come with a push: `Authorization: Bearer`, `x-objectferry-token`, or `?token=` in the address for
 * senders that can be given nothing but an address (QingStor, Ceph, MNS). In the query, not in the path, because API
 * Gateway logs paths, but no queries.
 */
export function tokensOf({ headers, target }: Pick<PushRequest, 'headers' | 'target'>): readonly string[] {
  const bearer = /^bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  const query = target.slice(target.indexOf('?') + 1 || target.length);
  return [
    ...(bearer === undefined ? [] : [bearer]),
    ...TOKEN_HEADERS.flatMap((name) => headers[name] ?? []),
    // A token has no blanks: one in the address is a plus sign that was not percent-encoded, as Base64 has them.
    ...new URLSearchParams(query).getAll('token').map((token) => token.replaceAll(' ', '+')),
  ].slice(0, MAX_TOKENS);
}
