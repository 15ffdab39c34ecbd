import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { AttributeSchema } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';

/** What lies behind the paths of a table. */
export interface TablePictureFacts {
  readonly found: number;
  readonly missing: number;
  /** Files that are no picture, or damaged ones. */
  readonly unreadable: number;
  /** Files with the same bytes as an earlier one. */
  readonly copies: number;
  /** Width and height, the commonest first. */
  readonly sizes: readonly {
    readonly width: number;
    readonly height: number;
    readonly count: number;
  }[];
}

/** How many of a table's pictures are there, without opening them. */
export function foundPictures<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  folder: string,
): { readonly found: number; readonly missing: number } {
  let found = 0;
  for (let row = 0; row < table.length; row++) {
    if (fs.existsSync(path.resolve(folder, table.pathOf(row)))) found++;
  }
  return { found, missing: table.length - found };
}

/** Opens every picture of a table: its size, and whether another has the same bytes. */
export async function pictureFacts<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  folder: string,
): Promise<TablePictureFacts> {
  const hashes = new Set<string>();
  const sizes = new Map<string, number>();
  let [found, copies, unreadable] = [0, 0, 0];
  for (let row = 0; row < table.length; row++) {
    const bytes = readIfThere(path.resolve(folder, table.pathOf(row)));
    if (bytes === undefined) continue;
    found++;
    const hash = createHash('sha256').update(bytes).digest('base64');
    if (hashes.has(hash)) copies++;
    hashes.add(hash);
    const size = await sizeOf(bytes);
    if (size === undefined) unreadable++;
    else sizes.set(size, (sizes.get(size) ?? 0) + 1);
  }
  const missing = table.length - found;
  return { found, missing, unreadable, copies, sizes: sortedSizes(sizes) };
}

function readIfThere(file: string): Buffer | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file) : undefined;
}

/** `WIDTHxHEIGHT` from the header of a picture, undefined if it has none. */
async function sizeOf(bytes: Buffer): Promise<string | undefined> {
  try {
    const { width, height } = await sharp(bytes).metadata();
    return `${width}x${height}`;
  } catch {
    return undefined; // counted as unreadable
  }
}

function sortedSizes(sizes: ReadonlyMap<string, number>): TablePictureFacts['sizes'] {
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .map(([size, count]) => {
      const [width = 0, height = 0] = size.split('x').map(Number);
      return { width, height, count };
    });
}
