import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { drawPictures } from '../../test/drawnPictures.ts';
import { readCurve } from '../train/lrFinder/curve.ts';
import { runFindLr } from './findLr.ts';
import { runSchedule } from './schedule.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-schedule-'));
const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
afterEach(() => out.mockClear());
afterAll(() => {
  out.mockRestore();
  err.mockRestore();
  rmSync(folder, { recursive: true });
});
const written = () => out.mock.calls.map(([text]) => String(text)).join('');

const run = { lr: '0.4', epochs: '20', stepsPerEpoch: '10' };

test('ocelli schedule says the values of a schedule and draws it', async () => {
  const path = join(folder, 'cycle.svg');
  const options = '{"peakEpoch": 5, "divFactor": 8, "anneal": "linear"}';
  await runSchedule('oneCycle', { ...run, options, out: path });
  expect(written()).toMatch(/^epoch {6}0 {2}lr 0\.05000 {2}momentum 0\.950\nepoch {6}2 {2}lr /);
  expect(written()).toContain('epoch   19.9  lr 5.000e-6  momentum 0.950\n');
  const svg = readFileSync(path, 'utf8');
  expect(svg).toContain('learning rate: oneCycle');
  expect(svg).toContain('momentum');
  await runSchedule('step', { ...run, options: '{"every": 5}', out: join(folder, 'step.png') });
  expect((await sharp(join(folder, 'step.png')).metadata()).width).toBe(1280);
});

test('ocelli schedule list names all schedules with their options', async () => {
  await runSchedule('list', run);
  expect(written()).toContain(
    'cosine: falls along half a cosine, after a warm-up if there is one\n',
  );
  expect(written()).toContain('    warmupEpochs: ');
});

test.each([
  [
    'cosine',
    { options: '{warm}' },
    'expected --options to be JSON such as {"every": 10}, got {warm}.',
  ],
  ['cosine', { lr: '0' }, 'ocelli schedule: expected --lr to be a number above 0, got "0".'],
  [
    'cosine',
    { epochs: 'x' },
    'ocelli schedule: expected --epochs to be a positive integer, got "x".',
  ],
  [
    'cosine',
    { out: 'a.pdf' },
    'ocelli schedule: expected --out to be a .png or .svg file, got "a.pdf".',
  ],
  [
    'cosine',
    { out: 'nowhere/a.svg' },
    'ocelli schedule: expected --out to be in a folder that is there, got "nowhere/a.svg".',
  ],
  [
    'step',
    {},
    'got undefined. Pass it with --options; `ocelli schedule list` names the options of each.',
  ],
  ['cosin', {}, 'schedule: unknown schedule "cosin". Did you mean "cosine"?'],
])('ocelli schedule %s refuses %j', async (name, options, message) => {
  await expect(runSchedule(name, { ...run, ...options })).rejects.toThrow(message);
  expect(written()).toBe('');
});

test('ocelli find-lr writes the curve as chart and points, and says what it suggests', async () => {
  const data = join(folder, 'pictures');
  await drawPictures(data, { train: 4, test: 2, side: 32 });
  process.env['OCELLI_CACHE'] = join(folder, 'cache');
  const path = join(folder, 'find-lr.svg');
  const sweep = { from: '1e-4', to: '1e-2', steps: '4', spacing: 'linear', validationBatches: '1' };
  const settings = { data, batchSize: 4, pad: 0, model: 'resnet-small' };
  await runFindLr(undefined, { ...sweep, ...settings, out: path });
  expect(written()).toMatch(/^4 steps; nothing diverged up to 0\.0100\nsuggested: valley /);
  expect(readFileSync(path, 'utf8')).toContain('learning rate');
  expect(written()).toMatch(/written: .*find-lr\.svg, find-lr-accuracy\.svg, find-lr\.json\n$/);
  const accuracy = readFileSync(join(folder, 'find-lr-accuracy.svg'), 'utf8');
  expect(accuracy).toContain('>Accuracy by learning rate<');
  expect(accuracy).toContain('>validation<'); // in the legend
  const { points } = readCurve(join(folder, 'find-lr.json'));
  expect(points.map(({ lr }) => lr)).toEqual(
    [1e-4, 0.0034, 0.0067, 0.01].map((lr) => expect.closeTo(lr, 8) as number),
  );
  expect(points.every(({ validationLoss }) => (validationLoss ?? 0) > 0)).toBe(true);
  expect(points.every(({ validationAccuracy: share = -1 }) => share >= 0 && share <= 1)).toBe(true);
});

test('the charts of ocelli find-lr point out a rate and leave out the ends; the points stay whole', async () => {
  const data = join(folder, 'clipped');
  await drawPictures(data, { train: 4, test: 2 });
  const sweep = {
    from: '0.01',
    to: '0.04',
    steps: '4',
    spacing: 'linear',
    out: join(folder, 'ends.svg'),
  };
  const settings = { data, pad: 0, model: 'resnet20' };
  await runFindLr(undefined, {
    ...sweep,
    ...settings,
    mark: '0.025',
    clipFirst: '1',
    clipLast: '1',
  });
  for (const name of ['ends.svg', 'ends-accuracy.svg']) {
    const chart = readFileSync(join(folder, name), 'utf8');
    expect(chart).toContain('chosen  0.025');
    // The axis ends where the points do: 0.01 and 0.04 are not on it.
    const rates = Array.from(chart.matchAll(/>([\d.]+)<\/text>/g), ([, text]) => Number(text));
    expect(rates).toEqual(expect.arrayContaining([0.02, 0.03]));
    expect(rates).not.toContain(0.04);
    // With --spacing linear 0.025 stands midway; on a logarithmic axis it would be at 0.55 of the way.
    const placeOf = (text: string): number =>
      Number(new RegExp(`translate\\(([\\d.]+) [^>]*>${text}<`).exec(chart)?.[1]);
    expect(placeOf('chosen  0.025')).toBeCloseTo((placeOf('0.02') + placeOf('0.03')) / 2, 0);
  }
  expect(readCurve(join(folder, 'ends.json')).points).toHaveLength(4);
  const none = { ...settings, data: join(folder, 'no-pictures'), clipFirst: '3', clipLast: '1' };
  await expect(runFindLr(undefined, { ...sweep, ...none })).rejects.toThrow(
    'ocelli find-lr: expected --clip-first and --clip-last to be fewer than the 4 steps, got [3,1].',
  );
  // A sweep that ends at its second step, where the loss is a thousandfold.
  const early = { ...sweep, ...settings, from: '0.01', to: '1e6', clipFirst: '2', clipLast: '1' };
  await expect(runFindLr(undefined, early)).rejects.toThrow(
    /^ocelli find-lr: expected --clip-first and --clip-last to be fewer than the [23] points until the loss diverged, which are all in .*ends\.json, got \[2,1\]\.$/,
  );
});

test.each([
  ['lr.jpg', 'ocelli find-lr: expected --out to be a .png or .svg file, got "lr.jpg".'],
  [
    'nowhere/lr.png',
    'ocelli find-lr: expected --out to be in a folder that is there, got "nowhere/lr.png".',
  ],
])('ocelli find-lr refuses %s before it opens any picture', async (out, message) => {
  const sweep = { from: '1e-4', to: '1e-2', steps: '4', spacing: 'linear' };
  const settings = { data: join(folder, 'no-pictures'), model: 'resnet20' };
  await expect(runFindLr(undefined, { ...sweep, ...settings, out })).rejects.toThrow(message);
});

test('ocelli find-lr tries the first stage of an experiment that has several, and says so', async () => {
  const data = join(folder, 'staged');
  await drawPictures(data, { train: 4, test: 2, side: 32 });
  const sweep = { from: '1e-4', to: '1e-2', steps: '4', spacing: 'linear' };
  const stages = [{ imageSize: 16, batchSize: 6 }, { freeze: ['stem'] }];
  const settings = { data, pad: 0, model: 'resnet20', stages };
  const path = join(folder, 'staged.svg');
  expect(await runFindLr(undefined, { ...sweep, ...settings, out: path })).toBe(0);
  expect(written()).toMatch(/^stage 1 of 2, which begins with new weights\n4 steps; /);
});

test('ocelli find-lr refuses pictures that the network was not made for', async () => {
  const data = join(folder, 'large');
  await drawPictures(data, { train: 4, test: 2, side: 64 });
  const sweep = { from: '1e-4', to: '1e-2', steps: '4', spacing: 'linear' };
  const settings = { data, pad: 0, model: 'resnet-small', out: join(folder, 'large.svg') };
  // 64 pixels, halved three times and pooled 4×4, leave 2×2 places of 512 channels.
  await expect(runFindLr(undefined, { ...sweep, ...settings })).rejects.toThrow(
    /^ocelli find-lr: layer linear does not fit pictures of \(3, 64, 64\)\. .*2048.* Take another size \(imageSize\), or another model\.$/,
  );
});
