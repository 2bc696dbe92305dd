import * as v from 'valibot';

const Cause = v.object({ errorMessage: v.string() });

/** The sentence in the cause of a failed execution: what Lambda reports is a document around it. */
export function messageOf(cause: string): string {
  try {
    const parsed = v.safeParse(Cause, JSON.parse(cause));
    return parsed.success ? parsed.output.errorMessage : cause;
  } catch {
    return cause;
  }
}
