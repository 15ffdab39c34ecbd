import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { runFolderAt } from '../train/runFolder/runFolder.ts';
import { ablationExperiments, measuredEffects } from './ablation.ts';
import { bestPrinted } from './recipeProgram.ts';
import { shortlist } from './shortlist.ts';

const root = temporaryFolder();
const runsDir = join(root, 'runs');
process.env['OCELLI_CACHE'] = join(root, 'cache');
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 40, test: 2 }));

const source = { data: join(root, 'pictures') };
const shared = { model: 'resnet20', batchSize: 30, threads: 1, optimizer: 'adam' } as const;

/** The outcomes in the `group.json` of a shortlist. */
function listIn(runs: string): unknown[] {
  const text = readFileSync(join(runs, 'shortlist', 'group.json'), 'utf8');
  const list = JSON.parse(text) as { runs: { name: string; outcome: string; folder?: string }[] };
  return list.runs.map(({ name, outcome, folder }) => [name, outcome, folder]);
}

test('candidates see the same few pictures in one split and are ranked; those that fail come last', async () => {
  const recipe = join(root, 'recipe.mjs');
  writeFileSync(
    recipe,
    `import { readdirSync } from 'node:fs';
const data = process.argv[process.argv.indexOf('--data') + 1];
const held = ['blue', 'green', 'red'].flatMap((name) => readdirSync(data + '/test/' + name));
console.log('Test set: Average loss: 1.0, Accuracy: 1/' + held.length + ' (.%)');
console.log('told: ' + process.argv.slice(2).join(' '));
`,
  );
  const ranked = await shortlist(
    [
      { name: 'program', recipe },
      { name: 'broken', recipe: join(root, 'nowhere.mjs') },
      { name: 'still', settings: { ...shared, lr: 0, validationShare: 0.5 } },
      { name: 'learning', settings: { ...shared, lr: 0.003 } },
    ],
    { ...{ runsDir, mode: 'silent', pictures: 60, epochs: 4, seed: 1 }, source },
  );
  expect(ranked[0]?.name).toBe('learning');
  expect(ranked.at(-1)?.name).toBe('broken');
  expect(ranked.at(-1)?.error).toBeInstanceOf(Error);
  expect(ranked.find(({ name }) => name === 'program')?.accuracy).toBeCloseTo(1 / 9, 12);
  // 60 of 120: 20 of each class, of which 15 % are held back.
  const [subset = ''] = readdirSync(join(runsDir, 'shortlist', 'pictures'));
  const count = (part: string) =>
    readdirSync(join(runsDir, 'shortlist', 'pictures', subset, part, 'red')).length;
  expect([count('train'), count('test')]).toEqual([17, 3]);
  const still = readRunRecord(runFolderAt(join(runsDir, 'shortlist', 'still', '1')));
  expect(still.pictures.validationCount).toBe(9); // whatever share it asked for
  expect(listIn(runsDir)).toEqual([
    ['program', 'completed', undefined],
    ['broken', 'failed', undefined],
    ['still', 'completed', 'still/1'],
    ['learning', 'completed', 'learning/1'],
  ]);
});

test('threads are those of all candidates, programs among them', async () => {
  const recipe = join(root, 'threads.mjs');
  writeFileSync(recipe, `console.log('test accuracy: 0.' + process.env.OMP_NUM_THREADS);\n`);
  const candidates = [
    { name: 'program', recipe },
    { name: 'settings', settings: { ...shared, threads: 1 } },
  ];
  const runsDir = join(root, 'threads');
  const ranked = await shortlist(candidates, {
    ...{ runsDir, mode: 'silent', pictures: 30, epochs: 1, threads: 2 },
    source,
  });
  expect(ranked.find(({ name }) => name === 'program')?.accuracy).toBe(0.2);
  const { experiment } = readRunRecord(runFolderAt(join(runsDir, 'shortlist', 'settings', '1')));
  expect(experiment.threads).toBe(2);
});

test('asked to stop, the candidate in work has no rank and is listed as interrupted', async () => {
  const stop = new AbortController();
  const runsDir = join(root, 'stopped');
  const candidates = ['first', 'second', 'third'].map((name) => ({ name, settings: shared }));
  const ranked = await shortlist(candidates, {
    ...{ runsDir, mode: 'silent', pictures: 30, epochs: 2, signal: () => stop.signal, source },
    onBegin: (name) => {
      if (name === 'second') stop.abort();
    },
  });
  expect(ranked.map(({ name }) => name)).toEqual(['first']);
  expect(listIn(runsDir)).toEqual([
    ['first', 'completed', 'first/1'],
    ['second', 'interrupted', 'second/1'],
  ]);
});

test('two candidates of one name are refused: nobody could tell them apart', async () => {
  const candidates = [1, 2].map(() => ({ name: 'twice', settings: shared }));
  await expect(shortlist(candidates, { runsDir: join(root, 'none'), source })).rejects.toThrow(
    'shortlist: expected names to be different for each candidate, got "twice".',
  );
});

test('a candidate with stages is refused before anything is trained', async () => {
  const settings = { stages: [{ epochs: 2 }, { epochs: 3 }] };
  const options = { runsDir: join(root, 'none'), source };
  await expect(shortlist([{ name: 'staged', settings }], options)).rejects.toThrow(
    'shortlist: expected candidate staged to be without stages, whose epochs are their own, got "2 stages".',
  );
  expect(existsSync(join(root, 'none'))).toBe(false);
});

test('candidates share pictures of one fit; those of another fit are files of their own', async () => {
  const elsewhere = join(root, 'fits');
  const source = { data: join(root, 'pictures') };
  const options = { runsDir: elsewhere, mode: 'silent', pictures: 12, epochs: 1, source } as const;
  // Neither is trained, but pictures are chosen first.
  const settings = { imageSize: 8, startFrom: join(root, 'nowhere'), threads: 1 } as const;
  await shortlist([{ name: 'cut', settings }], options);
  const stretched = { ...settings, fit: 'fill' } as const;
  await shortlist([{ name: 'stretched', settings: stretched }], options);
  expect(readdirSync(join(elsewhere, 'shortlist', 'pictures'))).toHaveLength(2);
  const both = [
    { name: 'cut', settings },
    { name: 'stretched', settings: stretched },
  ];
  await expect(shortlist(both, options)).rejects.toThrow(
    'shortlist: expected fit of candidate stretched to be cover, as of the first, got "fill".',
  );
});

test('of what a recipe prints, the best accuracy counts', () => {
  const text = 'epoch: 1\nTest set: Average loss: 1, Accuracy: 40/100 (40%)\n';
  expect(bestPrinted(text)).toBe(0.4);
  expect(bestPrinted(`${text}test accuracy: 0.5123  time: 3\n`)).toBe(0.5123);
  expect(bestPrinted('epoch: 1')).toBeUndefined();
});

test('an ablation leaves out one transform at a time, or adds one to none', () => {
  const usual = resolveExperiment({ cutout: 8 });
  expect(ablationExperiments(usual, 'remove')).toEqual([
    { name: 'all', pad: 4, padMode: 'reflect', flip: true, cutout: 8 },
    { name: 'without-pad', pad: 0, flip: true, cutout: 8 },
    { name: 'without-flip', pad: 4, padMode: 'reflect', flip: false, cutout: 8 },
    { name: 'without-cutout', pad: 4, padMode: 'reflect', flip: true, cutout: 0 },
  ]);
  const listed = resolveExperiment({ augmentation: [{ flip: {} }, { rotate: { degrees: 5 } }] });
  const experiments = ablationExperiments(listed, 'add');
  expect(experiments.map(({ name, augmentation }) => [name, augmentation])).toEqual([
    ['none', undefined],
    ['only-flip', [{ flip: {} }]],
    ['only-rotate', [{ rotate: { degrees: 5 } }]],
  ]);
  for (const { name: _, ...settings } of experiments) resolveExperiment(settings);
  for (const { name: _, ...settings } of ablationExperiments(listed, 'remove')) {
    resolveExperiment(settings);
  }
  const bare = resolveExperiment({ pad: 0, flip: false });
  expect(() => ablationExperiments(bare, 'remove')).toThrow('an experiment with transforms');
  const staged = resolveExperiment({ stages: [{ flip: true }, { flip: false }] });
  expect(() => ablationExperiments(staged, 'remove')).toThrow('expected stages to be left out');
});

test('the whole of an ablation is the experiment itself: what is off stays off', () => {
  const settings = { pad: 2, flip: false, cutout: 4 };
  const [whole, ...others] = ablationExperiments(resolveExperiment(settings), 'remove');
  const { name, ...own } = whole ?? { name: '' };
  expect([name, resolveExperiment(own)]).toEqual(['all', resolveExperiment(settings)]);
  expect(others.map((one) => resolveExperiment({ ...one, name: undefined }).flip)).toEqual([
    false,
    false,
  ]);
});

test('originals are kept where every experiment has a transform, else refused', () => {
  const both = resolveExperiment({ originals: true });
  for (const { name: _, ...settings } of ablationExperiments(both, 'remove')) {
    expect(resolveExperiment({ ...settings, originals: true }).originals).toBe(true);
  }
  const sentence = (name: string): string =>
    `ablation: expected originals to be off, for ${name} has no transform and would train for half the ` +
    'steps of the others, got true.';
  expect(() => ablationExperiments(both, 'add')).toThrow(sentence('none'));
  const flip = resolveExperiment({ pad: 0, originals: true });
  expect(() => ablationExperiments(flip, 'remove')).toThrow(sentence('without-flip'));
});

test('the effect of a transform is the mean with it less the mean without it', () => {
  const runs = [
    ...[0.9, 0.92].map((accuracy) => ({ experiment: 'all', accuracy })),
    ...[0.8, 0.84].map((accuracy) => ({ experiment: 'without-flip', accuracy })),
    { experiment: 'without-pad', accuracy: 0.95 },
  ];
  const [flip, pad] = measuredEffects(runs);
  expect(flip).toMatchObject({ transform: 'flip', with: { n: 2 }, without: { n: 2 } });
  expect(flip?.effect).toBeCloseTo(0.09, 12);
  expect(flip?.p).toBeCloseTo(0.09171033896595408, 10); // SciPy: ttest_ind(…, equal_var=False)
  expect(pad?.effect).toBeCloseTo(-0.04, 12);
  expect(pad?.p).toBeUndefined();
});
