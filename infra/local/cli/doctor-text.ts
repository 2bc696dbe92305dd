import type { Finding } from '../doctor/finding.ts';

/** One line for each finding, and the policy to paste below it. */
export function doctorLines({ verdict, subject, check, sentence, policy }: Finding): string {
  const line = `${verdict.padEnd(4)}  ${subject}  ${check}: ${sentence}\n`;
  return policy === undefined ? line : `${line}${JSON.stringify(policy, undefined, 2).replaceAll(/^/gm, '      ')}\n`;
}
