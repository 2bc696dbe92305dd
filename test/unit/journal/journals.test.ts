import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copiesFolder, openCopiesHere } from '#infra/local/journal/journals.ts';

describe('the journals of a state folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'objectferry-journals-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('name no upload where there is no folder, and where it is empty', () => {
    expect(openCopiesHere(join(folder, 'nowhere'))).toEqual([]);
    mkdirSync(copiesFolder(folder));
    expect(openCopiesHere(folder)).toEqual([]);
  });

  it('are not taken for none when the folder cannot be read: uploads of running copies would be strangers', () => {
    writeFileSync(copiesFolder(folder), 'a file where a folder belongs');
    expect(() => openCopiesHere(folder)).toThrow(/cannot be looked at/);
  });

  it('are not passed over when one of them cannot be read', () => {
    const journal = join(copiesFolder(folder), 'abc');
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, 'abc.json'), '{"version":99}');
    expect(() => openCopiesHere(folder)).toThrow(/run its copy again with the version that wrote it/);
  });

  it('may have no record yet', () => {
    mkdirSync(join(copiesFolder(folder), 'abc'), { recursive: true });
    expect(openCopiesHere(folder)).toEqual([]);
  });
});
