import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setNumThreads, writeSafetensors } from '@ocelli/torch';
import sharp from 'sharp';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import * as decoder from '../src/data/decodePicture.ts';
import { createModel } from '../src/models/catalog.ts';
import { buildModel } from '../src/train/assembly/buildModel.ts';
import { resolveExperiment } from '../src/train/experiment/experiment.ts';
import { answersTo, loadTrainedModel } from '../src/train/predict/predictor.ts';
import { openRunData } from '../src/train/runData/runData.ts';
import { createRunFolder, type RunFolder, writeLabels } from '../src/train/runFolder/runFolder.ts';
import { writeRunRecord } from '../src/train/record/runRecord.ts';
import { saveWeights } from '../src/train/checkpoints/weights.ts';
import { runCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';
import { inProcess } from './inProcess.ts';

// A run that never trained: a small network of two heads on twelve pictures of noise.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
process.env['OCELLI_CACHE'] = at('cache');
setNumThreads(1); // the work is small

const ages = ['young', 'old'];
const poses = ['front', 'side', 'back'];
/** Every fourth picture has no pose. */
const rows = Array.from({ length: 12 }, (_, row) => ({
  file: `${row}.png`,
  age: ages[row % 2] ?? '',
  pose: row % 4 === 3 ? '' : (poses[row % 3] ?? ''),
}));
let run: RunFolder;

beforeAll(async () => {
  for (const { file } of rows) {
    const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
    const create = { width: 40, height: 40, channels: 3, background: 'grey', noise } as const;
    await sharp({ create }).png().toFile(at(file));
  }
  const lines = rows.map(({ file, age, pose }) => `${file},${age},${pose}`);
  writeFileSync(at('labels.csv'), `image,age,pose\n${lines.join('\n')}\n`);
  const settings = { table: at('labels.csv'), model: 'resnet20', imageSize: 32, threads: 1 };
  const experiment = resolveExperiment({ ...settings, validationShare: 0.5, seed: 3 });
  const { facts } = await openRunData(experiment);
  run = createRunFolder(at('runs'), 'two');
  writeRunRecord(run, { experiment, pictures: facts });
  writeLabels(run, facts.labelNames);
  const heads = [
    { attribute: 'age', classes: ages.toSorted() },
    { attribute: 'pose', classes: poses.toSorted() },
  ];
  saveWeights(run.weights, 'best', { model: buildModel(experiment, heads), epoch: 1, step: 1 });
});

const explain = (...words: string[]) => inProcess('explain', ...words, '--run', run.path);
const photo = at('0.png');

/** What was said on stderr beside the warning that heads look at the same pixels. */
const otherThanWarnings = (err: string): string => err.replace(/^warning.*\n/gm, '');

test('explain writes the picture and the map of every head, and says label and probability', async () => {
  const file = at('explanation.png');
  const { exitCode, out, err } = await explain(photo, '--faithfulness', '--out', file);
  expect([exitCode, otherThanWarnings(err)]).toEqual([0, '']);
  expect(out).toMatch(/^picture +attribute +explained +probability +faithfulness\n/);
  expect(out).toMatch(/0\.png +age +(young|old) +\d+\.\d+% +-?\d\.\d\d\n/);
  expect(out).toMatch(/ +pose +(front|side|back) +\d+\.\d+% +-?\d\.\d\d\nwritten: .*\.png\n$/);
  const { width = 0, height = 0 } = await sharp(file).metadata();
  expect(width / height).toBeGreaterThan(2); // three tiles beside one another
});

test('explain decodes each picture once, and answers of it as predict does', async () => {
  const decode = vi.spyOn(decoder, 'decodePicture');
  const { out } = await explain(photo, at('1.png'), '--out', at('two.html'));
  expect(decode.mock.calls.map(([, name]) => name)).toEqual([photo, at('1.png')]);
  decode.mockRestore();
  const said = await answersTo(photo, loadTrainedModel(run));
  for (const { attribute, label, probability } of said) {
    expect(out).toMatch(new RegExp(` ${attribute} +${label} +${(100 * probability).toFixed(2)}%`));
  }
});

test('without --run the run trained last explains, and wrong answers are its own', async () => {
  const file = join(folder, 'newest.html');
  const one = await runCommand(folder, ['explain', '0.png', '--out', file]);
  expect(one.exitCode).toBe(0);
  expect(one.err).toMatch(/^by runs\/two\/1, trained last; --run chooses another\n/);
  const first = readFileSync(file, 'utf8');
  await explain(photo, '--out', file);
  expect(readFileSync(file, 'utf8')).toBe(first);
  const wrong = await runCommand(folder, ['explain', '--misclassified', '1', '--out', file]);
  expect([wrong.exitCode, wrong.err.split('\n')[0]]).toEqual([0, one.err.split('\n')[0]]);
  const elsewhere = mkdtempSync(join(folder, 'empty-'));
  expect(await runCommand(elsewhere, ['explain', photo])).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining(
      'error: ocelli explain: expected --run or --model, for no run in the folder runs has weights.',
    ) as string,
  });
});

describe('several pictures', () => {
  const some = at('some');
  beforeAll(() => {
    mkdirSync(some);
    for (const name of ['0.png', '1.png']) copyFileSync(at(name), join(some, name));
    writeFileSync(join(some, 'text.png'), 'hello');
  });

  test.each([
    ['a folder', 'some'],
    ['a pattern', join('some', '*.png')],
  ])('of %s are explained, and one that cannot be read keeps no other', async (_, word) => {
    const { exitCode, out, err } = await explain(at(word), '--out', at('several.html'));
    expect(exitCode).toBe(4);
    expect(otherThanWarnings(err)).toMatch(
      /^error: .*text\.png: expected a JPEG, PNG, WebP or GIF picture, got .+\n$/,
    );
    expect(out.match(/\.png +age /g)).toHaveLength(2);
    expect(readFileSync(at('several.html'), 'utf8').match(/<img\s/g)).toHaveLength(6);
  });

  test('of which none can be read leave no file', async () => {
    const { exitCode, out } = await explain(join(some, 'text.png'), '--out', at('none.html'));
    expect([exitCode, out, existsSync(at('none.html'))]).toEqual([4, '', false]);
  });

  test('too many for a picture file are refused before any is explained', async () => {
    const many = Array.from({ length: 101 }, () => photo);
    const { exitCode, err } = await explain(...many, '--out', at('many.png'));
    expect([exitCode, err]).toEqual([
      2,
      'error: ocelli explain: expected --out to be an .html file for more than 100 pictures, ' +
        `of which there are 101, got "${at('many.png')}".\n`,
    ]);
  });
});

test('head, class, layer, method, colours and opacity all change the page', async () => {
  const pages: string[] = [];
  for (const words of [
    [],
    ['--head', 'pose'],
    ['--head', 'pose', '--class', 'back'],
    ['--layer', 'trunk.stage2'],
    ['--method', 'layer-cam'],
    ['--colours', 'jet'],
    ['--opacity', '0.2'],
  ]) {
    const { exitCode, err } = await explain(photo, ...words, '--out', at('page.html'));
    expect([words, exitCode, otherThanWarnings(err)]).toEqual([words, 0, '']);
    pages.push(readFileSync(at('page.html'), 'utf8'));
  }
  expect(new Set(pages).size).toBe(7);
  expect(pages[0]).toContain('<!doctype html>');
});

test('the channels of a layer stand 16 a row', async () => {
  const file = at('maps.html');
  const { exitCode, out, err } = await explain(
    photo,
    ...['--activations', 'trunk.stage3', '--out', file],
  );
  expect([exitCode, out, err]).toEqual([0, `written: ${file}\n`, '']);
  const page = readFileSync(file, 'utf8');
  const places = [...page.matchAll(/<image x="(\d+)" y="(\d+)"/g)];
  expect(places).toHaveLength(64); // channels of the third stage
  expect(new Set(places.map(([, x]) => x)).size).toBe(16);
  expect(page).toContain('Channels of trunk.stage3: 64 maps of 8×8');
});

test('the filters of the first convolution are drawn from their weights: grey is 0', async () => {
  const file = at('filters.html');
  const { exitCode, out, err } = await explain('--filters', '--out', file);
  expect([exitCode, out, err]).toEqual([0, `written: ${file}\n`, '']);
  const page = readFileSync(file, 'utf8');
  expect(page).toContain('Filters of trunk.stem.conv: 16 of 3×3');
  const uris = [...page.matchAll(/data:image\/png;base64,([^"]+)"/g)].map(([, text = '']) => text);
  expect(uris).toHaveLength(16);
  const pixels = await sharp(Buffer.from(uris[5] ?? '', 'base64'))
    .raw()
    .toBuffer();
  const { model } = loadTrainedModel(run);
  const weight = model
    .child('trunk.stem.conv')
    .stateDict()
    .get('weight')
    ?.toArray() as number[][][][];
  const [filter = []] = weight.slice(5, 6);
  const largest = Math.max(...filter.flat(2).map(Math.abs));
  for (const [channel, rowsOfIt] of filter.entries()) {
    for (const [place, value] of rowsOfIt.flat().entries()) {
      expect(pixels[3 * place + channel]).toBe(Math.round(127.5 + (127.5 * value) / largest));
    }
  }
});

describe('--misclassified', () => {
  /** What one answer of a page says, in its order there. */
  const item =
    /<b>(\w+) [\d.]+\s%<\/b\s*>\s*<span>not (\w+): [\d.]+\s%<\/span\s*>\s*<span title="(\S+)"/g;

  test('shows every wrong answer of each head beside its map, the surest first', async () => {
    const file = at('wrong.html');
    const { exitCode, out, err } = await explain('--misclassified', '25', '--out', file);
    expect([exitCode, err.replace(/^(looking|decoding).*\n/gm, '')]).toEqual([0, '']);
    expect(out).toMatch(/^attribute +labelled +wrong +shown\n/);
    const trained = loadTrainedModel(run);
    const { validation } = await openRunData(trained.experiment);
    const page = readFileSync(file, 'utf8');
    for (const [index, name] of (['age', 'pose'] as const).entries()) {
      const start = page.indexOf(`<section id="head-${index}">`);
      const section = page.slice(start, page.indexOf('</section>', start));
      const shown = [...section.matchAll(item)].map(([, answer, label, path]) => [
        path,
        answer,
        label,
      ]);
      // Asked of the files one by one, as `ocelli predict` does.
      const wrong: { row: (string | null)[]; probability: number }[] = [];
      for (let picture = 0; picture < validation.dataset.length; picture++) {
        const path = validation.dataset.nameOf(picture);
        const label = rows.find((row) => row.file === path)?.[name] ?? '';
        const said = (await answersTo(at(path), trained))[index];
        if (said === undefined || label === '' || said.label === label) continue;
        wrong.push({ row: [path, said.label, label], probability: said.probability });
      }
      wrong.sort((a, b) => b.probability - a.probability);
      expect(shown).toEqual(wrong.map(({ row }) => row));
      expect(section.match(/<img/g) ?? []).toHaveLength(2 * wrong.length);
      expect(out).toMatch(new RegExp(`^${name} +\\d+ +${wrong.length} +${wrong.length}$`, 'm'));
    }
    expect(page.match(/<img/g)?.length).toBeGreaterThan(2);
  });

  test('shows as many as asked of the heads asked, with another layer, method and colours', async () => {
    const drawn = async (...words: string[]): Promise<string> => {
      const one = ['--misclassified', '1', '--head', 'age', '--out', at('one.html'), ...words];
      expect(await explain(...one)).toMatchObject({ exitCode: 0 });
      return readFileSync(at('one.html'), 'utf8');
    };
    const pages = [
      await drawn(),
      await drawn('--layer', 'trunk.stage2'),
      await drawn('--method', 'layer-cam'),
      await drawn('--colours', 'jet'),
      await drawn('--opacity', '0.2'),
    ];
    for (const page of pages) expect(page.match(/<img/g)).toHaveLength(2);
    expect(new Set(pages).size).toBe(pages.length);
  });

  test('draws a picture too', async () => {
    await explain('--misclassified', '2', '--out', at('wrong.png'));
    const { width = 0, height = 0 } = await sharp(at('wrong.png')).metadata();
    expect([width > 1000, height > 300]).toEqual([true, true]);
  });
});

describe('weights from a file', () => {
  const classes = ['bird', 'cat', 'dog', 'fish', 'fox'];
  const weights = at('mobilenet.safetensors');
  const model = createModel('mobilenet-v3-small', { numClasses: classes.length }).eval();
  beforeAll(() => writeSafetensors(weights, model.stateDict()));
  const small = ['--classes', 'a,b', '--image-size', '16'];
  const words = ['--model', 'mobilenet-v3-small', '--weights', weights, '--image-size', '64'];

  test('explain a picture without any run, at the layer and with the method asked', async () => {
    const picture = at('wide.png');
    const noise = { type: 'gaussian', mean: 100, sigma: 70 } as const;
    await sharp({ create: { width: 80, height: 60, channels: 3, background: 'grey', noise } })
      .png()
      .toFile(picture);
    const how = ['--layer', 'features.7', '--method', 'grad-cam++', '--out', at('imported.html')];
    const asked = (...more: string[]) => inProcess('explain', picture, ...words, ...how, ...more);
    const said = await asked('--classes', classes.join(','));
    expect([said.exitCode, said.err]).toEqual([0, '']);
    expect(said.out).toMatch(/wide\.png +- +(bird|cat|dog|fish|fox) +\d+\.\d\d% +-\nwritten: /);
    const another = classes.find((name) => !said.out.includes(` ${name} `)) ?? '';
    const first = readFileSync(at('imported.html'), 'utf8');
    writeFileSync(at('classes.txt'), `${classes.join('\n')}\n`);
    expect((await asked('--classes', at('classes.txt'))).out).toBe(said.out);
    expect(readFileSync(at('imported.html'), 'utf8')).toBe(first);
    for (const change of [
      ['--class', another],
      ['--mean', '0,0,0'],
      ['--std', '200,200,200'],
      ['--image-size', '48'],
    ]) {
      const other = await asked('--classes', classes.join(','), ...change);
      expect([change, other.exitCode]).toEqual([change, 0]);
      expect(readFileSync(at('imported.html'), 'utf8')).not.toBe(first);
    }
  });

  test('that do not fit are refused with all that does not', async () => {
    const other = ['--model', 'resnet20', '--weights', weights, '--classes', 'a,b'];
    const { exitCode, err } = await inProcess('explain', photo, ...other);
    expect(exitCode).toBe(10);
    expect(err).toContain(
      'mobilenet.safetensors: expected the weights of resnet20 for 2 classes, ',
    );
    expect(err).toContain('got others: missing are stem.conv.weight, stem.conv.bias, ');
    expect(err).toMatch(/ and 131 more; unexpected are features.* and \d+ more\.\n$/);
    const fewer = await inProcess('explain', photo, ...words, '--classes', 'bird,cat');
    expect(fewer.err).toBe(
      `error: ${weights}: expected the weights of mobilenet-v3-small for 2 classes, got others: ` +
        'classifier.3.weight is (5, 1024) for (2, 1024), classifier.3.bias is (5) for (2). ' +
        'They answer 5 classes: name as many.\n',
    );
  });

  test.each([
    [[photo, '--classes', 'a,b'], 'expected no --classes without --model.'],
    [[photo, '--run', 'x', '--model', 'vgg16'], 'expected --run or --model, got both.'],
    [[photo, '--model', 'vgg16', '--classes', 'a,b'], 'with --model, got no --weights.'],
    [[photo, '--model', 'vgg16', '--weights', 'w'], 'with --model, got no --classes.'],
    [
      [photo, '--model', 'vgg16', '--weights', 'w', '--classes', 'a'],
      'at least two of them, got "a".',
    ],
    [
      [photo, '--model', 'vgg-16', '--weights', 'w', '--classes', 'a,b'],
      'got "vgg-16". Did you mean "vgg16"?',
    ],
    [
      [photo, '--model', 'vgg16', '--weights', 'best', '--classes', 'a,b'],
      'best: expected a safetensors file, got no such file.',
    ],
    [[photo, ...words, '--classes', 'a,b', '--mean', '0.5'], 'three numbers from 0 to 255'],
    [
      [photo, ...['--model', 'densenet121', '--weights', weights], ...small],
      'densenet121: layer features.transition3.pool has nothing left of pictures of (3, 16, 16): ' +
        'they are too small for the model. Take larger ones (imageSize), or another model.',
    ],
    [
      [photo, ...['--model', 'mnist-net', '--weights', weights, '--classes', 'a,b']],
      'mnist-net: layer flatten does not fit pictures of (3, 224, 224).',
    ],
    [['--misclassified', '3', ...words, '--classes', 'a,b'], 'expected --run with --misclassified'],
    [['--filters', ...words, '--classes', 'a,b'], 'expected no --image-size with --filters.'],
  ])('%j is refused in one sentence', async (asked, sentence) => {
    const { out, err } = await inProcess('explain', ...asked);
    expect(out).toBe('');
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

test.each([
  [[photo, '--activations', 'trunk.stge2'], 'Did you mean "trunk.stage2"?'],
  [[photo, '--head', 'poze'], '--head to be one of age, pose, got "poze". Did you mean "pose"?'],
  [[photo, '--head', 'pose', '--class', 'bak'], 'Did you mean "back"?'],
  [[photo, '--layer', 'stage2'], 'got "stage2". Did you mean "trunk.stage2"?'],
  [[photo, '--out', 'page.gif'], 'expected --out to be a .png or .html file, got "page.gif".'],
  [
    [join(folder, 'no-photo.png'), '--out', 'nowhere/maps.html'],
    'expected --out to be in a folder that is there, got "nowhere/maps.html".',
  ],
  [[photo, '--opacity', '0'], 'expected --opacity to be a number above 0 and at most 1, got "0".'],
  [[photo, '--weights', 'bst'], 'expected --weights to be one of best, last, got "bst".'],
  [[photo, '--classes', 'a,b', '--mean', '1,2,3'], 'no --classes, --mean with --run'],
  [[], 'expected a picture, got none.'],
  [[photo, '--filters'], 'expected no picture with --filters'],
  [['--filters', '--head', 'age', '--opacity', '1'], 'no --head, --opacity with --filters.'],
  [['--filters', '--misclassified', '3'], 'expected no --filters with --misclassified.'],
  [['--misclassified', '0'], 'expected --misclassified to be a positive integer, got "0".'],
  [['--misclassified', '3', '--class', 'old'], 'expected no --class with --misclassified.'],
  [[photo, '--activations', 'trunk.stage2', '--layer', 'x'], 'no --layer with --activations.'],
  [
    [photo, photo, '--activations', 'trunk.stage2'],
    '--activations to be asked of one picture, got 2.',
  ],
])('%j is refused in one sentence', async (words, sentence) => {
  const { exitCode, out, err } = await explain(...words);
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
});
