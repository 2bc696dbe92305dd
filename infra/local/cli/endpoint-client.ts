import { CopyError } from '@objectferry/shared/errors.ts';
import * as v from 'valibot';
import { type ApiClient, ApiError, createApiClient } from '../api-client.ts';
import { explain } from './report.ts';

/** The flags that `withEndpoint` adds, as the shell gave them. */
export const EndpointFlags = {
  endpoint: v.string(),
  auth: v.optional(v.string()),
  region: v.optional(v.string()),
  json: v.optional(v.boolean(), false),
};
export type EndpointFlags = v.InferOutput<ReturnType<typeof v.object<typeof EndpointFlags, undefined>>>;

/** A client for the API that the flags name. @throws CopyError InvalidRequest */
export function clientFor({ endpoint, auth, region }: EndpointFlags, signal?: AbortSignal): ApiClient {
  return createApiClient({ endpoint, auth, region, token: process.env['OBJECTFERRY_TOKEN'], signal });
}

/** Does something at an API, and tells of a mistake or a failure. @returns the exit code. */
export async function reporting(json: boolean, action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CopyError) return explain(error.name, error.message, json);
    // Its sentence says what to do; the advice for a copy of that name is about buckets.
    if (error instanceof ApiError) return explain(error.name, error.message, json, false);
    throw error;
  }
}
