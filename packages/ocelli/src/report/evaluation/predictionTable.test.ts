import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { predictionsCsv, readPredictions } from './predictionTable.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-predictions-'));
const file = join(folder, 'predictions.csv');
afterAll(() => rmSync(folder, { recursive: true }));

const pet = { name: 'label', classes: ['cat', 'dog'] };

test('one label: name, label, prediction, probability of every class', () => {
  const labels = Int32Array.of(0, -1);
  const probabilities = Float32Array.of(0.25, 0.75, 0.5, 0.5);
  expect(
    predictionsCsv({ names: ['a.png', 'b.png'], heads: [{ ...pet, labels, probabilities }] }),
  ).toBe('name,label,predicted,cat,dog\na.png,cat,dog,0.25,0.75\nb.png,,cat,0.5,0.5\n');
});

test('several attributes stand side by side, each under its name', () => {
  const gender = { name: 'gender', classes: ['female', 'male'], labels: Int32Array.of(1) };
  const bag = { name: 'bag', classes: ['None', 'Daily'], labels: Int32Array.of(0) };
  const heads = [
    { ...gender, probabilities: Float32Array.of(0, 1) },
    { ...bag, probabilities: Float32Array.of(1, 0) },
  ];
  expect(predictionsCsv({ names: ['p.jpg'], heads })).toBe(
    'name,gender,gender predicted,gender: female,gender: male,bag,bag predicted,bag: None,bag: Daily\n' +
      'p.jpg,male,male,0,1,None,None,1,0\n',
  );
});

test('what is written is read again, whatever pictures and classes are called', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !name.includes('\0'));
  const picture = fc.record({
    name: text,
    label: fc.integer({ min: -1, max: 1 }),
    share: fc.integer({ min: 0, max: 64 }),
  });
  const classes = fc.uniqueArray(text, { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(picture, { minLength: 1, maxLength: 8 }), classes, (pictures, names) => {
      const head = {
        name: 'label',
        classes: names,
        labels: Int32Array.from(pictures, ({ label }) => label),
        // Sixty-fourths: float32 and six decimal digits both hold them.
        probabilities: Float32Array.from(
          pictures.flatMap(({ share }) => [share / 64, 1 - share / 64]),
        ),
      };
      const table = { names: pictures.map(({ name }) => name), heads: [head] };
      writeFileSync(file, predictionsCsv(table));
      const read = readPredictions(file, [{ name: 'label', classes: names }]);
      expect(read.names).toEqual(table.names);
      expect(read.heads[0]?.labels).toEqual(head.labels);
      const off = head.probabilities.map((value, index) => {
        return Math.abs(value - (read.heads[0]?.probabilities[index] ?? NaN));
      });
      expect(Math.max(...off)).toBeLessThan(1e-6);
    }),
  );
});

test('a table of other classes is refused', () => {
  writeFileSync(file, 'name,label,predicted,cat,dog\na.png,horse,cat,1,0\n');
  expect(() => readPredictions(file, [pet])).toThrow(
    `${file} line 2: expected a label among cat, dog, got "horse".`,
  );
  expect(() => readPredictions(file, [{ ...pet, classes: ['cat', 'dog', 'cow'] }])).toThrow(
    `${file}: expected 6 columns, got 5.`,
  );
});
