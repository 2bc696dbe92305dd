import { parse } from '@objectferry/shared/schema.ts';
import * as v from 'valibot';
import { type FoundUpload, findUploads } from '../uploads/find-uploads.ts';
import { formatPlace, parsePlace } from '../uploads/place.ts';
import { reporting } from './endpoint-client.ts';
import { DONE } from './exit-code.ts';
import { ageOf, asksForJson, Limit, LookFlags, looking } from './uploads-look.ts';
import { jsonLine, listText, uploadJson } from './uploads-text.ts';

const Flags = v.strictObject({ ...LookFlags, limit: Limit });

/** `objectferry uploads list`. @returns the exit code. */
export function listUploads(text: string, rawFlags: unknown): Promise<number> {
  return reporting(asksForJson(rawFlags), async () => {
    const { limit, json, ...flags } = parse(Flags, rawFlags, 'The command line');
    const place = parsePlace(text);
    const olderThanMs = ageOf(flags);
    return looking(place, flags, async ({ look }) => {
      const uploads: FoundUpload[] = [];
      let more = false;
      for await (const upload of findUploads(look, { olderThanMs })) {
        more = uploads.length === limit;
        if (more) break;
        uploads.push(upload);
      }
      const where = formatPlace(place);
      const found = { place: where, uploads: uploads.map(uploadJson), more };
      process.stdout.write(json ? jsonLine(found) : listText(where, uploads, more));
      return DONE;
    });
  });
}
