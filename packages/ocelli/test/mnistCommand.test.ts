import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { runCommand } from './commandLine.ts';
import { temporaryFolder, writeTree } from './dataTree.ts';
import { idx } from './digitFiles.ts';
import { drawPictures } from './drawnPictures.ts';

// MNIST's files with pictures of our own: nothing but the place of a bright bar tells the digits apart.

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);
const side = 28;
const counts = { train: 40, t10k: 10 };

/** Two rows of light, where those of a digit are. */
function digit(label: number): Uint8Array {
  const rows = [4 + 2 * label, 5 + 2 * label];
  return Uint8Array.from({ length: side * side }, (_, place) =>
    rows.includes(Math.floor(place / side)) ? 250 : 10,
  );
}

function part(name: string, count: number): Record<string, Buffer> {
  const labels = Uint8Array.from({ length: count }, (_, row) => row % 10);
  const pictures = Buffer.concat([...labels].map(digit));
  return {
    [`${name}-images-idx3-ubyte`]: idx([count, side, side], pictures),
    [`${name}-labels-idx1-ubyte`]: idx([count], labels),
  };
}

beforeAll(async () => {
  writeTree(join(folder, 'digits'), {
    ...part('train', counts.train),
    ...part('t10k', counts.t10k),
  });
  const raw = { width: side, height: side, channels: 1 } as const;
  await sharp(digit(3), { raw }).png().toFile(join(folder, 'three.png'));
});

test('mnist-net trains on MNIST, answers about a grey picture file and shows where it looks', async () => {
  const settings = ['--model', 'mnist-net', '--epochs', '12', '--batch-size', '10', '--lr', '0.05'];
  const plain = ['--pad', '0', '--no-flip', '--threads', '1', '--run-name', 'digits'];
  const words = ['--data', 'digits', ...settings, ...plain, '--progress', 'line', '--no-report'];
  const trained = await command('train', ...words);
  expect([trained.exitCode, trained.err.replace(/^decoding.*\n/gm, '')]).toEqual([0, '']);
  expect(trained.out).toMatch(/^first pictures, normalized: mean (\S+) \1 \1, deviation/m);
  const said = await command('predict', 'three.png', '--top', '1', '--json');
  expect([said.exitCode, JSON.parse(said.out)]).toMatchObject([0, [{ labels: [{ label: '3' }] }]]);
  const shown = await command('explain', 'three.png', '--out', 'three.html');
  expect([shown.exitCode, shown.out]).toMatchObject([
    0,
    expect.stringMatching(/three\.png +- +3 /),
  ]);
  const filters = await command('explain', '--filters', '--out', 'filters.html');
  expect(filters.exitCode).toBe(0);
});

test('pictures that leave mnist-net more than one place are refused before there is a run', async () => {
  await drawPictures(join(folder, 'large'), { train: 2, test: 1, side: 100 });
  const words = ['--data', 'large', '--model', 'mnist-net'];
  const { exitCode, err } = await command('train', ...words, '--run-name', 'large');
  expect(exitCode).toBe(2);
  expect(err).toContain(
    'layer flatten does not fit pictures of (3, 100, 100). OnePlace: expected a map of one place, ' +
      '(N, K, 1, 1), got (1, 3, 8, 8). The pictures are larger than this network averages over. ' +
      'Take another size (imageSize), or another model.\n',
  );
});
