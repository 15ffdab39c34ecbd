import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder, writeTar, writeTree } from '../../test/dataTree.ts';
import { folderSource } from './folderSource.ts';
import { tarSource } from './tarSource.ts';

const root = temporaryFolder();

describe('a tar archive', () => {
  test.each([
    '../out.png',
    'train/../../out.png',
    '/etc/out.png',
    'C:/out.png',
    'train\\..\\x.png',
  ])('is refused if it holds %j', async (name) => {
    const archive = await writeTar(path.join(root, 'evil.tar'), { [name]: 'x' });
    expect(await messageOf(tarSource(archive).list())).toBe(
      `${archive}: expected file names inside the archive's folder, got ${JSON.stringify(name)}. ` +
        'The archive is not to be trusted; it was not used.',
    );
  });

  test('that is cut short is refused', async () => {
    const files = {
      'train/a/1.png': Buffer.alloc(50_000, 7),
      'train/b/1.png': Buffer.alloc(50_000),
    };
    for (const name of ['cut.tar', 'cut.tar.gz']) {
      const archive = await writeTar(path.join(root, name), files);
      fs.truncateSync(archive, Math.floor(fs.statSync(archive).size / 2));
      expect(await messageOf(tarSource(archive).list())).toMatch(
        /^\/.*cut\.tar(\.gz)?: expected a readable tar archive, got a damaged one \(unexpected end of (file|data)\)\. It may have been cut short; fetch it again\.$/i,
      );
    }
  });

  test('that is none is refused', async () => {
    const archive = path.join(root, 'page.tar.gz');
    fs.writeFileSync(archive, '<html>not found</html>');
    expect(await messageOf(tarSource(archive).list())).toBe(
      `${archive}: expected a readable tar archive, got a damaged one (incorrect header check). ` +
        'It may have been cut short; fetch it again.',
    );
  });

  test('leaves hidden files out', async () => {
    const files = {
      ...{ 'a/._1.png': 'x', '.git/b': 'x', 'a/Thumbs.db': 'x', 'b/desktop.ini': 'x' },
      ...{ '__MACOSX/a/1.png': 'x', 'a/1.png': 'yy' },
    };
    const { files: listed, folders } = await tarSource(
      await writeTar(path.join(root, 'h.tar'), files),
    ).list();
    expect(listed.map(({ path, size }) => [path, size])).toEqual([['a/1.png', 2]]);
    expect(folders).toEqual(['a']);
  });

  test('that holds a name twice has the last file of it, once', async () => {
    const files = { 'a/1.png': 'old', 'a/2.png': 'b', './a/1.png': 'newer' };
    const source = tarSource(await writeTar(path.join(root, 'twice.tar.gz'), files));
    const { files: listed } = await source.list();
    expect(listed.map(({ path, size }) => [path, size])).toEqual([
      ['a/1.png', 5],
      ['a/2.png', 1],
    ]);
    const read: [number, string][] = [];
    await source.readEach(['a/2.png', 'a/1.png'], async (bytes, index) => {
      read.push([index, bytes.toString()]);
    });
    expect(read.toSorted(([a], [b]) => a - b)).toEqual([
      [0, 'b'],
      [1, 'newer'],
    ]);
  });

  test('passes on what goes wrong while a file is used', async () => {
    const archive = await writeTar(path.join(root, 'use.tar'), { a: '1', b: '2', c: '3' });
    const failing = tarSource(archive).readEach(['a', 'b', 'c'], async (_, index) => {
      if (index === 1) throw new Error('stop here');
    });
    expect(await messageOf(failing)).toContain('stop here');
  });
});

describe('a folder', () => {
  test('leaves out what systems put there, and lists empty folders', async () => {
    const folder = writeTree(path.join(root, 'mixed'), {
      'a/1.png': 'x',
      'a/.DS_Store': 'x',
      'a/Thumbs.db': 'x',
      '__MACOSX/a/1.png': 'x',
      '.hidden/2.png': 'x',
    });
    fs.mkdirSync(path.join(folder, 'empty'));
    const { files, folders } = await folderSource(folder).list();
    expect([files.map(({ path }) => path), folders]).toEqual([['a/1.png'], ['a', 'empty']]);
  });

  test('follows links inside and refuses links that lead out', async () => {
    const folder = writeTree(path.join(root, 'links'), { 'a/1.png': 'inside' });
    fs.symlinkSync('1.png', path.join(folder, 'a/2.png'));
    expect((await folderSource(folder).list()).files).toHaveLength(2);
    fs.symlinkSync('/etc/hostname', path.join(folder, 'a/3.png'));
    expect(await messageOf(folderSource(folder).list())).toBe(
      `${folder}/a/3.png: expected a link to a file inside ${folder}, got a link to /etc/hostname. ` +
        'Put the file itself there.',
    );
  });

  test('refuses names that are not UTF-8', async () => {
    const folder = writeTree(path.join(root, 'bytes'), { 'a/1.png': 'x' });
    fs.writeFileSync(Buffer.from(`${folder}/a/\xff.png`, 'latin1'), 'x');
    expect(await messageOf(folderSource(folder).list())).toBe(
      `${folder}/a/\uFFFD.png: expected a file name in UTF-8, got other bytes. Rename it.`,
    );
  });

  test('takes odd names', async () => {
    const names = ['a b', '\u{1F600}', 'new\nline', '"quoted"', '__proto__', 'e\u0301'];
    const folder = writeTree(
      path.join(root, 'odd'),
      Object.fromEntries(names.map((name) => [`x${name}/${name}.png`, 'x'])),
    );
    expect((await folderSource(folder).list()).files).toHaveLength(names.length);
  });

  test('names a file that vanishes before it is read', async () => {
    const folder = writeTree(path.join(root, 'gone'), { 'a/1.png': 'x' });
    const reading = folderSource(folder).readEach(['a/2.png'], async () => undefined);
    expect(await messageOf(reading)).toBe(
      `${folder}/a/2.png: expected a readable file, got no such file or folder (ENOENT).`,
    );
  });
});
