import type { MiddlewareHandler } from 'hono';
import { ApiProblem, problemAnswer } from '#functions/api/problem.ts';
import { isLoopback } from './api-endpoint.ts';

/** How a browser says where a request comes from: typed in by a person, or from a page of this very server. */
const OWN_SITES: readonly string[] = ['none', 'same-origin'];

/**
 * Keeps web pages from driving an API on loopback, where the browser of whoever runs it could reach it for any page:
 *
 * - A page can point its own host name to 127.0.0.1 (DNS rebinding). Its requests then name that host, so only names
 *   of loopback are let in.
 * - A page can send requests to other sites without seeing the answer (CSRF). Browsers name its origin, or that it is
 *   another site, and pages cannot change either.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host');
  const target = URL.parse(context.req.url);
  const named = host === undefined ? null : URL.parse(`http://${host}`);
  // The target may name a host of its own, which then stands above the header.
  if (named === null || target === null || !isLoopback(named.hostname) || !isLoopback(target.hostname)) {
    return refusal('This server is for this machine alone: ask for http://127.0.0.1 or http://localhost.');
  }
  const origin = context.req.header('origin');
  const site = context.req.header('sec-fetch-site');
  if ((origin !== undefined && origin !== named.origin) || (site !== undefined && !OWN_SITES.includes(site))) {
    return refusal('Pages of other sites may not use this server: ask it from a program.');
  }
  return next();
};

function refusal(detail: string): Response {
  return problemAnswer(new ApiProblem('LoopbackOnly', detail));
}
