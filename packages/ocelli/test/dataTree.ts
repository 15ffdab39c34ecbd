import fs from 'node:fs';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { pack } from 'tar-stream';

export { temporaryFolder } from './temporaryFolder.ts';

/** Writes files, given by relative path, into a folder. */
export function writeTree(
  folder: string,
  files: Readonly<Record<string, Buffer | string>>,
): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  return folder;
}

/** A PNG of one colour. */
export function plainPng(
  colour: { r: number; g: number; b: number },
  size = { width: 4, height: 4 },
): Promise<Buffer> {
  return sharp({ create: { ...size, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** Two classes, two training pictures and one test picture each; greys tell the pictures apart. */
export async function smallSet(): Promise<Record<string, Buffer>> {
  const grey = (value: number) => plainPng({ r: value, g: value, b: value });
  return {
    'train/cat/1.png': await grey(10),
    'train/cat/2.png': await grey(20),
    'train/dog/1.png': await grey(30),
    'train/dog/2.png': await grey(40),
    'test/cat/3.png': await grey(50),
    'test/dog/3.png': await grey(60),
  };
}

/** Writes a tar archive, gzipped if its name says so; names are taken as they are. */
export async function writeTar(
  file: string,
  files: Readonly<Record<string, Buffer | string>>,
): Promise<string> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const target = fs.createWriteStream(file);
  if (/gz$/.test(file)) await pipeline(archive, createGzip(), target);
  else await pipeline(archive, target);
  return file;
}

/** The message of the error a promise ends with. */
export async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no error';
}
