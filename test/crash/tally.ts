import type { RequestLog } from '../emulators/request-log.ts';

const UPLOAD_ID = /[?&]upload_?id=([^&]+)/i;

interface Counted {
  readonly parts: Map<number, number>;
  kills: number;
}

/** Counts which parts were copied into which upload, and holds it against what kills explain. */
export class Tally {
  readonly #partCount: number;
  readonly #inFlight: number;
  readonly #uploads = new Map<string, Counted>();
  readonly #seen = new Set<number>();
  #current: Counted | undefined;

  constructor(partCount: number, inFlight: number) {
    this.#partCount = partCount;
    this.#inFlight = inFlight;
  }

  /** Counts the requests that have come since the last time. */
  count({ recent }: RequestLog): void {
    for (const { id, operation, target, partNumber = 0 } of recent) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      const uploadId = UPLOAD_ID.exec(target)?.[1];
      if (operation === 'UploadPartCopy' && uploadId !== undefined) this.#add(uploadId, partNumber);
    }
  }

  /** The process that worked on the latest upload was killed. */
  killed(): void {
    if (this.#current !== undefined) this.#current.kills += 1;
  }

  totals(): { readonly uploads: number; readonly partsCopied: number; readonly copiedAgain: number } {
    const all = [...this.#uploads.values()];
    const partsCopied = all.reduce((sum, upload) => sum + copiesIn(upload), 0);
    return { uploads: all.length, partsCopied, copiedAgain: all.reduce((sum, upload) => sum + againIn(upload), 0) };
  }

  /** A sentence for each upload into which more was copied again than can have been in flight. */
  problems(): readonly string[] {
    return [...this.#uploads].flatMap(([uploadId, upload]) => {
      const again = againIn(upload);
      if (again <= upload.kills * this.#inFlight && copiesIn(upload) <= this.#partCount + upload.kills * this.#inFlight)
        return [];
      return [`${again} parts were copied again into the upload ${uploadId}, which saw ${upload.kills} kills.`];
    });
  }

  #add(uploadId: string, partNumber: number): void {
    const upload = this.#uploads.get(uploadId) ?? { parts: new Map<number, number>(), kills: 0 };
    this.#uploads.set(uploadId, upload);
    upload.parts.set(partNumber, (upload.parts.get(partNumber) ?? 0) + 1);
    this.#current = upload;
  }
}

function copiesIn({ parts }: Counted): number {
  return [...parts.values()].reduce((sum, count) => sum + count, 0);
}

function againIn(upload: Counted): number {
  return copiesIn(upload) - upload.parts.size;
}
