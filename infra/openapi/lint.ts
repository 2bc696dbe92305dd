import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Lints an OpenAPI document by the recommended rules. @returns one line per finding, none when it is clean. */
export async function lintOpenapi(source: string): Promise<readonly string[]> {
  // An example that its own schema refuses would mislead whoever copies it.
  const rules = { 'no-invalid-media-type-examples': 'error', 'no-invalid-schema-examples': 'error' } as const;
  const config = await createConfig({ extends: ['recommended-strict'], rules, telemetry: 'off' });
  const findings = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return findings.map(({ ruleId, message, location }) => `${location[0]?.pointer ?? '#/'}: ${message} (${ruleId})`);
}
