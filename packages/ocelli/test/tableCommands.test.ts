import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patience, runCommand } from './commandLine.ts';
import { plainPng, temporaryFolder, writeTree } from './dataTree.ts';

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);

const rows = Array.from({ length: 20 }, (_, i) => {
  const mood = i === 7 ? '' : i % 4 === 0 ? 'Happy' : 'Neutral';
  return `p/${i}.png,${i % 5 === 0 ? 'Back' : 'Front'},${mood},${1000 + i}`;
});
writeTree(folder, {
  'labels.csv': `image,pose,mood,remark\n${rows.join('\n')}\n`,
  'p/0.png': await plainPng({ r: 1, g: 2, b: 3 }),
  'p/1.png': await plainPng({ r: 1, g: 2, b: 3 }),
});

test(
  'inspect prints every fact of a table as JSON',
  async () => {
    const rule = 'pose = Back => mood := Neutral';
    const query = 'mood = Happy and pose != Back';
    const words = ['--correct', rule, '--query', query, '--pictures', '--json'];
    const { out, err, exitCode } = await command('inspect', 'labels.csv', ...words);
    expect(err).toMatch(/^(looking at pictures: [12] of 2\n)+$/);
    expect(exitCode).toBe(0);
    const facts = JSON.parse(out) as Record<string, unknown>;
    expect(facts).toMatchObject({
      file: 'labels.csv',
      rows: 20,
      imageColumn: 'image',
      classCount: 4,
      missingLabels: 1,
      ignored: [{ name: 'remark', reason: 'has another value in every row' }],
      pathsTwice: 0,
      pictures: {
        found: 2,
        missing: 18,
        copies: 1,
        unreadable: 0,
        sizes: [{ width: 4, height: 4, count: 2 }],
      },
      // Backs are 0, 5, 10 and 15, of which 0 is Happy.
      corrections: [{ rule, matched: 4, changed: 1, contradicted: 1 }],
      queries: [{ query, rows: 4, examples: ['p/4.png', 'p/8.png', 'p/12.png', 'p/16.png'] }],
      split: { train: 17, validation: 3 },
      warnings: [],
    });
    expect(facts['attributes']).toMatchObject({
      pose: {
        labelled: 20,
        majorityBaseline: { label: 'Front', share: 0.8 },
        imbalance: 4,
        classes: [
          { label: 'Back', count: 4, share: 0.2 },
          { label: 'Front', count: 16, share: 0.8 },
        ],
      },
      mood: { labelled: 19, missing: 1 },
    });
    expect(facts['associations']).toMatchObject([{ a: 'pose', b: 'mood', rows: 19 }]);
  },
  patience,
);

test(
  'inspect prints a table that a person can read',
  async () => {
    const { out, exitCode } = await command('inspect', 'labels.csv', '--ignore', 'remark');
    expect(exitCode).toBe(0);
    expect(out).toBe(
      [
        'labels.csv: 20 rows, 2 attributes with 4 classes, pictures in column image',
        'left out: remark (left out on request)',
        '2 of 20 pictures found; pass the folder they lie in with --images',
        '1 label missing; 5 different combinations, the commonest 11 times',
        '15 % held back: 17 to train, 3 to validate',
        '',
        'pose: all labelled, 1 : 4.0, baseline 80.00 %',
        `  Front        16  80.00 %  ${'█'.repeat(30)}`,
        `  Back          4  20.00 %  ${'█'.repeat(8)}`,
        '',
        'mood: 19 labelled, 1 not, 1 : 2.8, baseline 73.68 %',
        `  Neutral        14  73.68 %  ${'█'.repeat(30)}`,
        `  Happy           5  26.32 %  ${'█'.repeat(11)}`,
        '',
        "strongest associations (Cramér's V):",
        '  0.015  pose, mood',
        '',
      ].join('\n'),
    );
  },
  patience,
);

test(
  'types writes TypeScript',
  async () => {
    const { exitCode } = await command('types', 'labels.csv', '--out', 'labels.ts');
    expect(exitCode).toBe(0);
    const source = readFileSync(join(folder, 'labels.ts'), 'utf8');
    expect(source).toContain("  pose: ['Back', 'Front'],\n  mood: ['Happy', 'Neutral'],\n");
    expect(source).toContain('export type Prediction = AttributePrediction<typeof schema>;\n');
  },
  patience,
);

test(
  'draw persons writes a data set that inspect understands',
  async () => {
    const words = ['--count', '30', '--size', '24', '--seed', '2'];
    const drawn = await command('draw', 'persons', '--out', 'persons', ...words);
    expect(drawn.out).toMatch(/^30 persons drawn; \d+ labels are wrong and \d+ missing in persons/);
    expect(drawn.exitCode).toBe(0);
    expect(readdirSync(join(folder, 'persons/images')).length).toBe(30);
    const { out } = await command('inspect', 'persons/labels.csv', '--json');
    expect(JSON.parse(out)).toMatchObject({ rows: 30, pictures: { found: 30, missing: 0 } });
  },
  patience,
);

const refused: [string[], number, string][] = [
  [['inspect', 'none.csv'], 4, 'none.csv: expected a table (CSV), got no such file or folder'],
  [
    ['inspect', 'labels.csv', '--attributes', 'poes'],
    4,
    'labels.csv: expected a column "poes" among image, pose, mood, remark, got none. Did you mean "pose"?',
  ],
  [
    ['inspect', 'labels.csv', '--query', 'pose = Bak'],
    2,
    'matchingRows: expected pose to be one of Back, Front, got "Bak". Did you mean "Back"?',
  ],
  [
    ['inspect', 'labels.csv', '--apply', 'none.csv', '--images', 'p', '--balance', '0.5'],
    2,
    'ocelli inspect: expected no --images, --balance with --apply, which only writes a table.',
  ],
  [
    ['inspect', 'labels.csv', '--apply', 'none.csv', '--oversample', 'pose = Back x2'],
    2,
    'ocelli inspect: expected no --oversample with --apply, which only writes a table.',
  ],
  [
    ['inspect', 'labels.csv', '--out', 'x'],
    2,
    'ocelli inspect: expected no --out without --apply, the table it names.',
  ],
  [
    ['inspect', 'p', '--images', 'p', '--image-column', 'a', '--attributes', 'b', '--ignore', 'c'],
    2,
    'ocelli inspect: expected no --images, --image-column, --attributes, --ignore with a folder or ' +
      'archive, which has no columns of paths or labels.',
  ],
  [
    ['inspect', 'labels.csv', '--grid', 'grid.jpg'],
    2,
    'ocelli inspect: expected --grid to be a .png file, got "grid.jpg".',
  ],
  [
    ['inspect', 'labels.csv', '--html', 'x/page.html'],
    2,
    'ocelli inspect: expected --html to be in a folder that is there, got "x/page.html".',
  ],
  [['draw', 'persons'], 2, 'required option --out <folder> not specified.'],
  [
    ['draw', 'cats', '--out', 'x'],
    2,
    'ocelli draw: expected <what> to be one of persons, got "cats".',
  ],
  [
    ['draw', 'persons', '--out', 'x', '--count', 'many'],
    2,
    'ocelli draw persons: expected --count to be a number, got "many".',
  ],
];
test.each(refused)(
  'ocelli %j ends with %i and one clear sentence',
  async (words, exitCode, text) => {
    const outcome = await command(...words);
    expect(outcome.err).toContain(`error: ${text}`);
    expect(outcome).toMatchObject({ exitCode, out: '' });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  },
  patience,
);

test(
  'rows that stand out are named',
  async () => {
    const lonely = rows.map((row, i) => (i === 3 ? row.replace('Neutral', 'Sad') : row));
    writeFileSync(join(folder, 'lonely.csv'), `image,pose,mood,r\n${lonely.join('\n')}\n`);
    const { out } = await command('inspect', 'lonely.csv');
    expect(out).toContain('warning: lonely.csv: class "Sad" of mood has one picture.\n');
  },
  patience,
);
