import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { ablationExperiments, measuredEffects } from './ablation.ts';
import { bestPrinted, shortlist } from './shortlist.ts';

const root = temporaryFolder();
const runsDir = join(root, 'runs');
process.env['OCELLI_CACHE'] = join(root, 'cache');
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 40, test: 2 }));

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
  const shared = { model: 'resnet20', batchSize: 30, threads: 1, optimizer: 'adam' } as const;
  const ranked = await shortlist(
    [
      { name: 'program', recipe },
      { name: 'broken', recipe: join(root, 'nowhere.mjs') },
      { name: 'still', settings: { ...shared, lr: 0 } },
      { name: 'learning', settings: { ...shared, lr: 0.003 } },
    ],
    {
      ...{ runsDir, mode: 'silent', pictures: 60, epochs: 4, seed: 1 },
      source: { data: join(root, 'pictures') },
    },
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
  expect(existsSync(join(runsDir, 'shortlist', 'learning', '1', 'experiment.json'))).toBe(true);
});

test('a candidate with stages is refused before anything is trained', async () => {
  const settings = { stages: [{ epochs: 2 }, { epochs: 3 }] };
  const options = { runsDir: join(root, 'none'), source: { data: join(root, 'pictures') } };
  await expect(shortlist([{ name: 'staged', settings }], options)).rejects.toThrow(
    'shortlist: expected candidate staged to be without stages, whose epochs are their own, got "2 stages".',
  );
  expect(existsSync(join(root, 'none'))).toBe(false);
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
