import { expect, test } from 'vitest';
import { calibrationChart } from './calibrationChart.ts';
import { confusionChart } from './confusionChart.ts';
import { chartHeading, lineChart } from './lineChart.ts';
import { light } from './palette.ts';
import { sweepChart } from './sweepChart.ts';

const classes = ['cat', '<script>alert(1)</script>', 'a & b'];
const confusion = [
  [8, 1, 1],
  [0, 4, 0],
  [0, 0, 0],
];
const matrix = { id: 'k', title: '<b>Confusion</b>', classes, confusion };

test('names are text inside a drawing, never markup', () => {
  const { content } = confusionChart(matrix);
  expect(content).not.toMatch(/<script|<b>/);
  expect(content).toContain('a &amp; b');
  const line = lineChart({ id: 'l', title: '<i>', lines: [] });
  expect(line.content).not.toContain('<i>');
});

test('a square is as opaque as its share of the row, and says its count', () => {
  const { content } = confusionChart(matrix);
  // 5 % so that an empty square is seen, and 95 % of the share: 8/10, 4/4, none.
  expect(content).toContain(`fill="${light.fill}" fill-opacity="0.81"`);
  expect(content).toContain('>8</text>');
  expect(content.match(/fill-opacity="0.05"/g)).toHaveLength(5);
});

test('of many classes the squares are small and say nothing', () => {
  const many = Array.from({ length: 100 }, (_, index) => `class ${index}`);
  const counts = many.map((_, y) => many.map((__, x) => (x === y ? 7 : 0)));
  const drawing = confusionChart({ id: 'k', title: '', classes: many, confusion: counts });
  expect(drawing.content).not.toContain('>7</text>');
  expect(drawing.width).toBeLessThan(1100);
});

test('a bar is as high as the share of right answers; an empty bin has none', () => {
  const bins = [
    { from: 0, to: 0.5, count: 0, confidence: null, accuracy: null },
    { from: 0.5, to: 1, count: 4, confidence: 0.75, accuracy: 1 },
  ];
  const { content } = calibrationChart({ id: 'c', title: 'Calibration', bins });
  expect(content.match(new RegExp(`fill="${light.fill}"`, 'g'))).toHaveLength(2);
  expect(content).toContain('fill-opacity="0"');
});

test('the same chart gives the same text, whatever was drawn before', () => {
  const draw = () => lineChart({ id: 'l', title: 'Loss', lines: [line] }).content;
  const line = { name: 'training', colour: 'train', points: [[1, 2], [2, 1]] } as const; // prettier-ignore
  expect(draw()).toBe(draw());
  expect(draw()).not.toMatch(/class=|<style|ecmeta/); // nothing for a script that is not there
});

test('losses that differ a hundredfold stand by their ratios, others by their differences', () => {
  const chart = (highest: number, byRatio = true) =>
    lineChart({
      id: 'l',
      title: 'Loss',
      byRatio,
      lines: [{ name: 'validation', colour: 'validation', points: [[1, highest], [2, 2], [3, 1]] }], // prettier-ignore
    }).content;
  const figures = (content: string) =>
    Array.from(content.matchAll(/>([\d.]+)<\/text>/g), ([, text]) => Number(text));
  expect(figures(chart(900))).toEqual(expect.arrayContaining([1, 10, 100, 1000]));
  expect(figures(chart(90))).not.toContain(10);
  expect(figures(chart(900, false))).not.toContain(10);
});

test('a sweep shows no more than twice its first loss, however far it diverges', () => {
  const points = [14.0123, 10, 9, 60].map((loss, index) => {
    return { lr: 10 ** (index - 3), loss: index === 3 ? 600 : loss, smoothed: loss, accuracy: 0 };
  });
  const suggestions = { steepest: null, minimum: null, valley: null };
  const { content } = sweepChart({ points, ended: 'diverged', suggestions });
  expect(content).toContain('>28</text>');
  expect(content).not.toMatch(/>\d{3}<\/text>/);
});

test('the dash of a legend ends before its name, however wide its letters are', () => {
  const legend = [
    { name: 'smoothed', colour: '#000', width: 54.9 }, // DejaVu Sans of 11 pixels
    { name: 'validation', colour: '#000', width: 54.2 },
  ];
  const content = chartHeading('', legend, 640);
  const ends = Array.from(
    content.matchAll(/<text x="([\d.]+)" y="20" text-anchor="end"/g),
    firstNumber,
  );
  const dashes = Array.from(content.matchAll(/<path d="M([\d.]+) 16h14"/g), firstNumber);
  for (const [index, { width }] of legend.toReversed().entries()) {
    const gap = (ends[index] ?? 0) - width - ((dashes[index] ?? 0) + 14);
    expect(gap).toBeGreaterThan(4);
  }
});

function firstNumber([, text]: RegExpMatchArray): number {
  return Number(text);
}
