// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of a program.
/** One place of the product's source that is changed. */
export interface Edit {
  /** Below the repository's top. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug, as edits of the product's source. */
export interface Mutant {
  readonly name: string;
  /** The first seed that was seen to notice it: where a test begins to look. */
  readonly noticedBy: number;
  readonly edits: readonly [Edit, ...Edit[]];
}

/** Bugs that somebody could have left in the copy. Each has to be noticed. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the source is not pinned',
    noticedBy: 33,
    edits: [
      {
        file: 'shared/copy/pin.ts',
        find: 'return { ifMatch: etag };',
        replace: 'return etag === undefined ? {} : {};',
      },
    ],
  },
  {
    name: 'the source is not looked at again where conditions may be ignored',
    noticedBy: 79,
    edits: [
      {
        file: 'shared/copy/source-check.ts',
        find: 'return copier.capabilities.partConditionsProven ||',
        replace: 'return copier.capabilities.partConditions || copier.capabilities.partConditionsProven ||',
      },
    ],
  },
  {
    name: 'a changed source counts as unchanged',
    noticedBy: 191,
    edits: [
      {
        file: 'shared/copy/source-check.ts',
        find: "if (check.result === 'equal') return check;",
        replace: "return { ...check, result: 'equal' };",
      },
    ],
  },
  {
    name: 'any ETag of what one request made says that it is the pinned content',
    noticedBy: 191,
    edits: [
      {
        file: 'shared/copy/source-check.ts',
        find: 'return made !== undefined && provenEtag(made.etag) !== undefined && sameEtag(made.etag, etag);',
        replace: 'return made !== undefined && provenEtag(made.etag) !== undefined && sameEtag(etag, etag);',
      },
    ],
  },
  {
    name: 'a part needs no ETag',
    noticedBy: 11,
    edits: [
      {
        file: 'shared/copy/copy-range.ts',
        find: 'if (etag === undefined) {',
        replace: "if (etag === undefined) return '';\n  if (etag === '') {",
      },
    ],
  },
  {
    name: 'a part of any size is adopted',
    noticedBy: 11,
    edits: [
      {
        file: 'shared/copy/copy-span.ts',
        find: 'hasPlannedSize(copy, part) && provenEtag(part.etag) !== undefined',
        replace: 'provenEtag(part.etag) !== undefined',
      },
    ],
  },
  {
    name: 'the sizes of parts are neither checked nor part of the digest',
    noticedBy: 245,
    edits: [
      {
        file: 'shared/copy/part-check.ts',
        find: ' ?? parts.find((part) => !hasPlannedSize(copy, part));',
        replace: ';',
      },
      {
        file: 'shared/copy/digest.ts',
        find: ':${size}`;',
        replace: '${size < 0}`;',
      },
    ],
  },
  {
    name: 'the digest of parts is not checked',
    noticedBy: 263,
    edits: [
      { file: 'shared/copy/part-check.ts', find: 'if (listed !== digest) {', replace: 'if (listed === undefined) {' },
    ],
  },
  {
    name: 'any object counts as ours',
    noticedBy: 33,
    edits: [
      {
        file: 'shared/copy/settle.ts',
        find: 'if (token !== undefined) return facts.metadata[TOKEN_METADATA] === token;',
        replace: 'if (token !== undefined) return true;',
      },
    ],
  },
  {
    name: 'a lost write is not settled',
    noticedBy: 93,
    edits: [
      {
        file: 'shared/copy/write-once.ts',
        find: 'if (needsSettling(error)) return settle(error);',
        replace: "if (needsSettling(error) && error.name === 'DestinationExists') return settle(error);",
      },
    ],
  },
  {
    name: 'nothing is aborted',
    noticedBy: 23,
    edits: [
      {
        file: 'shared/copy/abort.ts',
        find: "await abortUntilGone(runtime, state.copy);\n  return { upload: 'gone' };",
        replace: "return { upload: 'gone' };",
      },
    ],
  },
  {
    name: 'Abort believes the first answer',
    noticedBy: 296,
    edits: [
      {
        file: 'shared/copy/abort.ts',
        find: 'if (await isGone(() => withRetry(runtime, () => client.abortUpload(upload)))) return;',
        replace:
          'await isGone(() => withRetry(runtime, () => client.abortUpload(upload)));\n    if (round > 0) return;',
      },
    ],
  },
  {
    name: 'an upload whose id was lost is forgotten',
    noticedBy: 418,
    edits: [
      {
        file: 'shared/copy/create-upload.ts',
        find: 'if (isUnclear(error)) lost.push({ from, to: providerNow() });',
        replace: '',
      },
    ],
  },
  {
    name: 'uploads of others are taken for lost ones',
    noticedBy: 956,
    edits: [{ file: 'shared/copy/orphans.ts', find: 'if (parts.length > 0) return false;', replace: '' }],
  },
  {
    name: 'empty uploads that nobody knows are left',
    noticedBy: 4,
    edits: [
      {
        file: 'functions/leftover-uploads.ts',
        find: 'if (opener === undefined) return false;',
        replace: 'if (opener !== null) return false;',
      },
    ],
  },
  {
    name: 'the sweep takes empty uploads of others for ours, whenever they were opened',
    noticedBy: 1,
    edits: [
      {
        file: 'functions/executions-at.ts',
        find: 'const LATE_MS = 2 * HOUR_MS;',
        replace: 'const LATE_MS = 24 * HOUR_MS;',
      },
    ],
  },
  {
    name: 'the sweep takes empty uploads of others for ours, whatever their key',
    noticedBy: 1,
    edits: [
      {
        file: 'functions/executions-at.ts',
        find: ' || placeOf(request.output.destination) !== place',
        replace: '',
      },
    ],
  },
  {
    name: 'never overwrite is looked at once only',
    noticedBy: 390,
    edits: [
      {
        file: 'shared/copy/complete.ts',
        find: "if (overwrite === 'never') await refuseOccupied(runtime, client, copy);",
        replace: '',
      },
    ],
  },
  {
    name: 'a part of another version is taken',
    noticedBy: 878,
    edits: [
      {
        file: 'shared/copy/pin.ts',
        find: 'return { bucket: source.bucket, key: source.key, versionId: source.versionId };',
        replace: 'return { bucket: source.bucket, key: source.key, versionId: undefined };',
      },
    ],
  },
  {
    name: 'an error inside a 200 counts as success',
    noticedBy: 10,
    edits: [
      {
        file: 'shared/provider/xml/answers.ts',
        find: "if (name === 'Error') throw dialect.errorOf(answer, request);",
        replace: "if (name === 'Error') return v.parse(v.any(), { ETag: '\"0\"', UploadId: 'none' });",
      },
    ],
  },
  {
    name: 'a difference is no failure',
    noticedBy: 270,
    edits: [
      {
        file: 'shared/copy/receipt.ts',
        find: 'if (bad !== undefined) {',
        replace: "if (bad !== undefined && options.verify === 'read') {",
      },
    ],
  },
  {
    name: 'retries have no end',
    noticedBy: 213,
    edits: [
      {
        file: 'shared/copy/retry.ts',
        find: 'if (!isRetryable(error) || attempt === triesFor(error, patient)) throw error;',
        replace: 'if (!isRetryable(error)) throw error;',
      },
    ],
  },
  {
    name: 'other workers of a span go on behind its answer',
    noticedBy: 2,
    edits: [
      {
        file: 'shared/copy/workers.ts',
        find: 'await Promise.all(Array.from({ length: workers }, worker));',
        replace: 'await Promise.race(Array.from({ length: workers }, worker));',
      },
    ],
  },
  {
    name: 'errors quote the keys they were signed with',
    noticedBy: 4,
    edits: [
      {
        file: 'shared/provider/xml/send.ts',
        find: 'throw located(error, request, exchange?.concealed(), dialect);',
        replace:
          'if (error instanceof Error) error.message += ` ${(await context.credentials()).secretAccessKey}`;\n      throw located(error, request, exchange?.concealed(), dialect);',
      },
    ],
  },
];
