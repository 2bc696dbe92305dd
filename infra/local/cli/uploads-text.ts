import { formatAge } from '../uploads/duration.ts';
import type { FoundUpload } from '../uploads/find-uploads.ts';
import type { Whose } from '../uploads/ours.ts';
import { shownKey } from '../uploads/place.ts';
import type { Removal, Removed } from '../uploads/remove-uploads.ts';
import { formatBytes } from './format.ts';

const HEAD = ['AGE', 'PARTS', 'BYTES', 'WHOSE', 'KEY', 'UPLOAD ID'];
/** What a terminal may act on although JSON lets it stand. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** An upload as `--json` shows it; `uploads list --help` documents every field. */
export function uploadJson({ key, uploadId, initiated, ageMs, parts, bytes, whose, command }: FoundUpload): object {
  return {
    key,
    uploadId,
    initiated: initiated.toISOString(),
    ageSeconds: Math.max(0, Math.floor(ageMs / 1000)),
    parts: parts ?? null,
    bytes: bytes ?? null,
    whose,
    command,
  };
}

/** A document in one line, in which no key can steer the terminal that shows it. */
export function jsonLine(document: object): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(document).replaceAll(UNSAFE_IN_JSON, (character) =>
    [...Array(character.length).keys()].map((index) => escaped(character.charAt(index))).join(''),
  );
  return `${text}\n`;
}

/** What is open in a place: a line for each upload in columns, and what it comes to. */
export function listText(place: string, uploads: readonly FoundUpload[], more: boolean): string {
  if (uploads.length === 0) return `No upload is open in ${place}.\n`;
  const rows = [HEAD, ...uploads.map(cells)];
  const widths = HEAD.slice(0, -1).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const counts = { running: 0, interrupted: 0, kept: 0, unknown: 0 };
  for (const { whose } of uploads) counts[whose] += 1;
  const end = more ? ' More are open: --limit shows them.' : '';
  return [
    ...lines,
    `${uploadsText(uploads.length)} with ${bytesOf(uploads)} in ${place}: ${countsText(counts)}.${end}`,
    ...commandsOf(uploads),
    '',
  ].join('\n');
}

/** One upload that is done with. */
export function removalLine({ upload, error }: Removal, dryRun: boolean): string {
  const verb = error === undefined ? (dryRun ? 'would remove' : 'removed') : 'failed';
  const why = error === undefined ? '' : `\n  ${error.name}: ${shownKey(error.message).replaceAll('%20', ' ')}`;
  return `${[verb, ...cells(upload)].join('  ')}${why}\n`;
}

/** What a whole removal came to. */
export function removedText(place: string, dryRun: boolean, { removals, left }: Removed): string {
  const gone = removals.filter(({ error }) => error === undefined).map(({ upload }) => upload);
  const failed = removals.length - gone.length;
  const verb = dryRun ? 'Would remove' : 'Removed';
  const parts = [
    gone.length === 0 && failed === 0
      ? `Nothing to remove in ${place}.`
      : `${verb} ${uploadsText(gone.length)} with ${bytesOf(gone)} in ${place}.`,
    ...(failed === 0 ? [] : [`${uploadsText(failed)} could not be removed: run the same command again.`]),
    ...(Object.values(left).every((count) => count === 0) ? [] : [`Left: ${countsText(left)}.`]),
  ];
  return `${parts.join(' ')}\n`;
}

function cells({ ageMs, parts, bytes, whose, key, uploadId }: FoundUpload): string[] {
  return [
    formatAge(ageMs),
    parts === undefined ? '?' : `${parts}`,
    bytes === undefined ? '?' : formatBytes(bytes),
    whose,
    shownKey(key),
    shownKey(uploadId),
  ];
}

function bytesOf(uploads: readonly FoundUpload[]): string {
  const known = uploads.map(({ bytes }) => bytes).filter((bytes) => bytes !== undefined);
  const sum = formatBytes(known.reduce((total, bytes) => total + bytes, 0));
  return known.length === uploads.length ? sum : `at least ${sum}`;
}

function uploadsText(count: number): string {
  return count === 1 ? '1 upload' : `${count} uploads`;
}

function countsText(counts: Readonly<Record<Whose, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([whose, count]) => `${count} ${whose}`)
    .join(', ');
}

/** How to go on with what was interrupted or kept, once for each copy. */
function commandsOf(uploads: readonly FoundUpload[]): string[] {
  const commands = uploads.flatMap(({ whose, command }) =>
    command === undefined || whose === 'running' ? [] : [`To go on: ${command.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')}`],
  );
  return [...new Set(commands)];
}
