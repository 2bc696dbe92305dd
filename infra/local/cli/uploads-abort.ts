import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { formatPlace, parsePlace } from '../uploads/place.ts';
import { type Removal, type Removed, removeUploads } from '../uploads/remove-uploads.ts';
import { reporting } from './endpoint-client.ts';
import { DONE, FAILED } from './exit-code.ts';
import { ageOf, asksForJson, Limit, LookFlags, looking } from './uploads-look.ts';
import { jsonLine, removalLine, removedText, uploadJson } from './uploads-text.ts';

const Flags = v.strictObject({
  ...LookFlags,
  all: v.optional(v.boolean(), false),
  uploadId: v.optional(v.string()),
  limit: v.optional(Limit, '999999'),
  dryRun: v.optional(v.boolean(), false),
});

/** `objectferry uploads abort`. @returns the exit code: 1 when an upload could not be removed. */
export function abortUploads(text: string, rawFlags: unknown): Promise<number> {
  return reporting(asksForJson(rawFlags), async () => {
    const { all, uploadId, limit, dryRun, json, ...flags } = parse(Flags, rawFlags, 'The command line');
    const place = parsePlace(text);
    const olderThanMs = ageOf(flags);
    if (all && olderThanMs === undefined) throw allNeedsAge();
    return looking(place, flags, async ({ look, readOurs }) => {
      const options = { olderThanMs, uploadId, unknown: all, limit, dryRun, readOurs };
      const where = formatPlace(place);
      const tell = (removal: Removal) => json || process.stdout.write(removalLine(removal, dryRun));
      const removed = await removeUploads(look, options, tell);
      if (uploadId !== undefined) requireFound(removed, where, uploadId);
      process.stdout.write(json ? jsonLine(documentOf(where, dryRun, removed)) : removedText(where, dryRun, removed));
      return removed.removals.every(({ error }) => error === undefined) ? DONE : FAILED;
    });
  });
}

function allNeedsAge(): CopyError {
  return new CopyError(
    'InvalidRequest',
    '--all needs --older-than, for example --older-than 7d: what is unknown here may be what somebody else, or a deployment, is uploading right now.',
  );
}

/** Whoever names an upload has to hear when nothing was done about it. */
function requireFound({ removals, left }: Removed, where: string, uploadId: string): void {
  if (removals.length > 0) return;
  const refused = (sentence: string) => new CopyError('InvalidRequest', `The upload ${uploadId} ${sentence}`);
  if (left.running > 0) throw refused('is that of a copy that runs: stop the copy, and it removes its upload.');
  if (left.unknown > 0) {
    throw refused('is unknown here: to remove it all the same, give --all and --older-than with less than its age.');
  }
  throw refused(`is not open in ${where}, or is younger than --older-than: objectferry uploads list shows what is.`);
}

function documentOf(place: string, dryRun: boolean, { removals, left }: Removed): object {
  const failed = removals.flatMap(({ upload, error }) =>
    error === undefined ? [] : [{ ...uploadJson(upload), error: { name: error.name, message: error.message } }],
  );
  const removed = removals.filter(({ error }) => error === undefined).map(({ upload }) => uploadJson(upload));
  return { place, dryRun, removed, failed, left };
}
