import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from '../../test/dataTree.ts';
import { defaultCacheFolder, entryName, publishEntry } from './cacheFolder.ts';

const root = temporaryFolder();
const write = (text: string) => async (folder: string) =>
  fs.writeFileSync(path.join(folder, 'content'), text);

test('the cache folder is OCELLI_CACHE, then XDG_CACHE_HOME, then ~/.cache', () => {
  expect(defaultCacheFolder({ OCELLI_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(defaultCacheFolder({ OCELLI_CACHE: '', XDG_CACHE_HOME: '/b' })).toBe('/b/ocelli');
  const home = path.join(os.homedir(), '.cache', 'ocelli');
  expect(defaultCacheFolder({ XDG_CACHE_HOME: 'relative' })).toBe(home);
});

test('an entry is named by all its facts', () => {
  expect(entryName('My Set!', { size: 1 })).toMatch(/^my-set--[0-9a-f]{16}$/);
  expect(entryName('set', { size: 1 })).not.toBe(entryName('set', { size: 2 }));
});

describe('publishEntry', () => {
  test('replaces an older entry whole', async () => {
    const entry = path.join(root, 'replaced', 'entry');
    await publishEntry(entry, write('old'));
    await publishEntry(entry, write('new'));
    expect(fs.readFileSync(path.join(entry, 'content'), 'utf8')).toBe('new');
    expect(fs.readdirSync(path.dirname(entry))).toEqual(['entry']);
  });

  test('keeps what another process has published meanwhile, and leaves nothing behind', async () => {
    const entry = path.join(root, 'theirs', 'entry');
    const read = () =>
      fs.existsSync(entry) ? fs.readFileSync(path.join(entry, 'content'), 'utf8') : undefined;
    const slow = publishEntry<string | void>(
      entry,
      async (folder) => {
        await publishEntry(entry, write('theirs'));
        await write('ours')(folder);
      },
      read,
    );
    expect(await slow).toBe('theirs');
    expect(read()).toBe('theirs');
    expect(fs.readdirSync(path.dirname(entry))).toEqual(['entry']);
  });

  test('keeps the older entry and leaves nothing behind when writing fails', async () => {
    const entry = path.join(root, 'kept', 'entry');
    await publishEntry(entry, write('old'));
    const failing = publishEntry(entry, async () => Promise.reject(new Error('no picture')));
    expect(await messageOf(failing)).toBe('no picture');
    expect(fs.readFileSync(path.join(entry, 'content'), 'utf8')).toBe('old');
    expect(fs.readdirSync(path.dirname(entry))).toEqual(['entry']);
  });

  test('removes what a killed process left, but not what a living one writes', async () => {
    const parent = path.join(root, 'swept');
    // Process ids of Linux end at 2^22, so this one is nobody's.
    const dead = path.join(parent, 'entry.tmp-99999999-0123abcd');
    const living = path.join(parent, `entry.tmp-${process.ppid}-0123abcd`);
    for (const folder of [dead, living]) fs.mkdirSync(folder, { recursive: true });
    await publishEntry(path.join(parent, 'entry'), write('x'));
    expect(fs.existsSync(dead)).toBe(false);
    expect(fs.existsSync(living)).toBe(true);
  });

  test('names the folder that cannot be written', async () => {
    fs.writeFileSync(path.join(root, 'file'), '');
    const entry = path.join(root, 'file', 'pictures', 'entry');
    expect(await messageOf(publishEntry(entry, write('x')))).toBe(
      `${root}/file/pictures: expected a folder with room for the cache, ` +
        'got no such file or folder (ENOTDIR). Free some space or set OCELLI_CACHE to another ' +
        'folder; the half-written cache was removed.',
    );
  });
});
