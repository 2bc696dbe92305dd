import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { startResumeWorld } from './resume-world.ts';

/** What has been changed and has not reached the disk: files by their content, folders by the names in them. */
class Unflushed {
  readonly paths = new Set<string>();
  renames = 0;
  readonly #opened = new Map<number, string>();

  opened(fd: number, path: string, writes: boolean): void {
    this.#opened.set(fd, path);
    if (writes) this.paths.add(path);
  }

  flushed(fd: number): void {
    const path = this.#opened.get(fd);
    if (path !== undefined) this.paths.delete(path);
  }

  renamed(from: string, to: string): void {
    this.renames += 1;
    // A name for bytes that are not on the disk yet may be a name for nothing after a crash.
    if (this.paths.delete(from)) this.paths.add(to);
    this.paths.add(dirname(to));
  }

  made(first: string | undefined, path: string): void {
    if (first === undefined) return;
    for (let folder = path; folder !== dirname(first); folder = dirname(folder)) this.paths.add(dirname(folder));
  }
}

/** Watches what the process does to files inside a folder. */
function watch(inside: () => string): Unflushed {
  const unflushed = new Unflushed();
  const { openSync, fsyncSync, renameSync, mkdirSync } = fs;
  vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
    const fd = openSync(path, flags, mode);
    if (String(path).startsWith(inside())) unflushed.opened(fd, String(path), flags !== 'r');
    return fd;
  });
  vi.spyOn(fs, 'fsyncSync').mockImplementation((fd) => {
    fsyncSync(fd);
    unflushed.flushed(fd);
  });
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    renameSync(from, to);
    if (String(to).startsWith(inside())) unflushed.renamed(String(from), String(to));
  });
  vi.spyOn(fs, 'mkdirSync').mockImplementation((path, options) => {
    const first = mkdirSync(path, options);
    if (String(path).startsWith(inside())) unflushed.made(first, String(path));
    return first;
  });
  syncBuiltinESMExports();
  return unflushed;
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

it('everything the journal says has reached the disk, names of files and folders too, before a request that it describes', async () => {
  let folder = '/nowhere';
  const unflushed = watch(() => folder);
  const journaled: string[] = [];
  await using left = await startResumeWorld(4, [], {
    onRequest: ({ operation }) => {
      if (unflushed.paths.size > 0) expect.fail(`${operation} is sent before ${[...unflushed.paths].join(', ')}`);
      journaled.push(`${operation} ${unflushed.renames} ${textIn(folder).includes('uploadId')}`);
    },
  });
  folder = left.folder;
  await left.copied();
  // One record before Initiate, one that names the upload before the parts, one before Complete.
  expect(journaled.filter((line) => /^(Initiate|UploadPart|Complete)/.test(line))).toEqual([
    'InitiateMultipartUpload 1 false',
    ...Array(4).fill('UploadPartCopy 2 true'),
    'CompleteMultipartUpload 3 true',
  ]);
});

function textIn(folder: string): string {
  return fs.readFileSync(`${folder}/copies/the-copy/the-copy.json`, 'utf8');
}
