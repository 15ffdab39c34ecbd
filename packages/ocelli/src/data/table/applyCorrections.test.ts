import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { messageOf, temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { applyCorrections } from './applyCorrections.ts';
import { correctionsCsv, readCorrections } from './correctionsFile.ts';

const folder = temporaryFolder();
const table = [
  'picture path,pose,remark,mood',
  'p/1.png,Back,"one, two",Happy',
  'p/2.png,Front,"says ""x""",',
  'p/3.png,Front,third,Sad',
  'p/4.png,Back,fourth,Happy',
];
writeTree(folder, { 'labels.csv': `${table.join('\r\n')}\r\n` });
const labels = join(folder, 'labels.csv');
const corrections = (...lines: readonly string[]): string => {
  const file = join(folder, 'corrections.csv');
  writeTree(folder, {
    'corrections.csv': `picture,attribute,label,proposed\n${lines.join('\n')}\n`,
  });
  return file;
};

test('labels become what is proposed; rows, order and other columns stay', async () => {
  const file = corrections('p/3.png,pose,Front,Back', 'p/2.png,mood,,Sad', 'p/1.png,mood,Happy,');
  const before = readFileSync(labels);
  const { csv, changed, already } = await applyCorrections(labels, file);
  expect(csv.split('\n')).toEqual([
    'picture path,pose,remark,mood',
    'p/1.png,Back,"one, two",',
    'p/2.png,Front,"says ""x""",Sad',
    'p/3.png,Back,third,Sad',
    'p/4.png,Back,fourth,Happy',
    '',
  ]);
  expect([changed, already]).toEqual([3, 0]);
  expect(readFileSync(labels)).toEqual(before);
});

test('a column is found in whichever form of Unicode it is written', async () => {
  const lines = ['image,gro\u0308\u00dfe', '1.png,klein', '2.png,gro\u00df'];
  writeTree(folder, { 'sizes.csv': `${lines.join('\n')}\n` });
  const file = corrections('1.png,gr\u00f6\u00dfe,klein,gro\u00df');
  const { csv, changed } = await applyCorrections(join(folder, 'sizes.csv'), file);
  expect([csv, changed]).toEqual([`${lines.join('\n').replace('klein', 'gro\u00df')}\n`, 1]);
});

test('what stands there already is counted and left alone', async () => {
  const file = corrections('p/3.png,pose,Back,Front');
  expect(await applyCorrections(labels, file)).toMatchObject({ changed: 0, already: 1 });
});

test.each([
  ['p/9.png,pose,Front,Back', 'p/9.png: expected a picture of LABELS, got none.'],
  ['p/3.png,poes,Front,Back', 'expected an attribute of LABELS, got poes. Did you mean "pose"?'],
  [
    'p/3.png,pose,Front,Bakc',
    'expected pose to be one of Back, Front, got Bakc. Did you mean "Back"?',
  ],
  ['p/3.png,mood,Happy,', 'expected mood to be "Happy" in the table, got "Sad".'],
  [
    'p/3.png,pose,Front,Back\np/3.png,pose,Front,Back',
    'expected pose to be corrected once, got twice.',
  ],
  [',pose,Front,Back', 'expected every correction to name a picture and an attribute'],
])('the correction %j is refused', async (line, sentence) => {
  const message = await messageOf(applyCorrections(labels, corrections(line)));
  expect(message).toContain(sentence.replace('LABELS', labels));
});

test('proposals are read back as they were written, whatever they are called', async () => {
  const one = { picture: 'a, "b".png', attribute: 'x;y', label: ' l', proposed: '' };
  const text = correctionsCsv([{ ...one, labelProbability: 0.01, proposedProbability: 0.9 }]);
  writeTree(folder, { 'written.csv': text });
  expect(await readCorrections(join(folder, 'written.csv'))).toEqual([{ ...one, label: 'l' }]);
  expect(text).toContain(',0.0100,0.9000\n');
});
