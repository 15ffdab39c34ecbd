import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeReport } from '../src/report/writeReport.ts';
import type { RunFolder } from '../src/train/runFolder/runFolder.ts';
import { hasBrowser, startBrowser } from './chromium.ts';
import { epochEnded, runStarted } from './scriptedRun.ts';
import { writeScriptedRun } from './scriptedRunFolder.ts';

// The page as a person gets it: one file, from the files of a run folder alone.

const evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const eight = [
  { name: 'gender', classes: ['female', 'male'] },
  { name: 'image quality', classes: ['Average', 'Bad', 'Good'] },
  { name: 'age', classes: ['15-25', '25-35', '35-45', '45-55', '55+'] },
  { name: 'weight', classes: ['normal', 'over', 'slightly over', 'under'] },
  { name: 'bag', classes: ['Daily', 'Grocery', 'None'] },
  { name: 'footwear', classes: ['CantSee', 'Fancy', evil] },
  { name: evil, classes: ['Angry', 'Happy', 'Neutral', 'Sad'] },
  { name: 'pose', classes: ['Back', 'Front', 'Side'] },
];

let root: string;
let folder: RunFolder;
let page: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ocelli-report-'));
  const settings = { data: evil };
  folder = await writeScriptedRun(root, {
    heads: eight,
    settings,
    nameOf: (index) => `${index} ${evil}.jpg`,
  });
  await writeReport(folder);
  page = readFileSync(folder.report, 'utf8');
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test('labels, attributes and file names are text, never markup', () => {
  expect(page).not.toMatch(/<script|<img src=x/i);
  expect(page).toContain('&lt;script&gt;document.title=1&lt;/script&gt;');
});

test('eight attributes fit into 3 MB, and the page needs no other file', () => {
  expect(statSync(folder.report).size).toBeLessThan(3e6);
  expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
  expect(page).not.toMatch(/url\((?!#)/);
});

test('every attribute has its curves, confusion matrix, classes, calibration and hard cases', () => {
  for (const [index, { name }] of eight.entries()) {
    const section = sectionOf(index);
    expect([name, section.startsWith('<section')]).toEqual([name, true]);
    for (const part of ['Confusion', 'precision', 'Calibration', 'Worst cases', 'Label suspects']) {
      expect(section).toContain(part);
    }
  }
  expect(page.match(/over the epochs"/g)).toHaveLength(3 + 2 * eight.length);
});

/** What a person reads of a part of the page, its words one space apart. */
function textOf(markup: string): string {
  return markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/[ \n]+/g, ' ');
}

/** The section of a head. */
function sectionOf(index: number): string {
  const start = page.indexOf(`<section id="head-${index}">`);
  return page.slice(start, page.indexOf('</section>', start));
}

test('the figures of a head are those of its answers, by hand', () => {
  // Of 200 labels, every eleventh missing, 91 are of each gender. Every seventh picture is taken for the
  // other: 14 female ones and 12 male ones, but the first of all is a tie, which the first class wins.
  const gender = sectionOf(0);
  expect(textOf(gender)).toContain(
    'Accuracy 86.3\u00a0% (always female: 50.0\u00a0%), balanced 86.3\u00a0%, loss ', // 157 of 182
  );
  expect(textOf(gender)).toContain('female 91 86.7\u00a0% 85.7\u00a0% 86.2\u00a0%'); // 78/90, 78/91
  expect(textOf(gender)).toContain('male 91 85.9\u00a0% 86.8\u00a0% 86.3\u00a0%'); // 79/92, 79/91
  for (const count of [78, 13, 12, 79]) expect(gender).toContain(`>${count}</text>`);
  expect(textOf(gender)).toContain('The 12 of 25 wrong answers');
  for (const index of eight.keys()) {
    if (index === 0) continue;
    expect(textOf(sectionOf(index))).toContain('Accuracy 85.7\u00a0% (always '); // 156 of 182
    expect(textOf(sectionOf(index))).toContain('The 12 of 26 wrong answers');
  }
});

test('the figures of the run are those of its best epoch and its last second', () => {
  // After six epochs the eight heads have 1 − 0.8 / (1 + 5.4 / 3) together, and each epoch took 21 s.
  const text = textOf(page);
  expect(text).toContain('Validation accuracy 71.4\u00a0% mean over attributes, epoch 6, the best');
  expect(text).toContain('Validation loss 0.5714 epoch 6');
  expect(text).toContain('Time 2:06 training and validation');
});

test('the worst cases stand over maps of where the network looked, where there are any', () => {
  const sections = eight.map((_, index) => sectionOf(index));
  expect(sections.map((section) => section.match(/<img\s+class="map"/g)?.length ?? 0)).toEqual(
    eight.map((_, index) => (index === 0 ? 12 : 0)),
  );
  expect(sections.map((section) => section.includes('is where the network looked'))).toEqual(
    eight.map((_, index) => index === 0),
  );
});

test('missing labels are told: each head says how many of the pictures have one', () => {
  // Every eleventh of 200 pictures has no label: 18 of them.
  expect(page.match(/Labelled: 182 of 200\./g)).toHaveLength(eight.length);
});

test('the configuration is complete', () => {
  const { experiment } = JSON.parse(readFileSync(folder.experiment, 'utf8')) as {
    experiment: object;
  };
  const start = page.indexOf('id="settings"');
  const section = page.slice(start, page.indexOf('id="data"', start));
  for (const name of Object.keys(experiment)) expect(section).toContain(`<td>${name}</td>`);
  expect(textOf(section)).toContain(' batchSize 100 ');
  expect(textOf(section)).toContain(' epochs 6 ');
});

test('epochs are counted over all stages, where the settings are those of the last', async () => {
  const own = mkdtempSync(join(tmpdir(), 'ocelli-stages-'));
  const run = { heads: eight.slice(0, 1), epochs: 6, settings: { epochs: 4 }, isEvaluated: false };
  const staged = await writeScriptedRun(own, run);
  await writeReport(staged);
  expect(readFileSync(staged.report, 'utf8')).toContain('6 of 6 epochs');
  rmSync(own, { recursive: true });
});

test('the pictures of curves and confusion lie beside the page', () => {
  expect(existsSync(join(folder.pictures, 'curves.png'))).toBe(true);
  expect(existsSync(join(folder.pictures, 'confusion-2-image-quality.png'))).toBe(true);
});

test('a run at work has a report without an evaluation', async () => {
  const heads = eight.slice(0, 1);
  const atWork = await writeScriptedRun(join(root, 'work'), { heads, isEvaluated: false });
  await writeReport(atWork);
  const text = readFileSync(atWork.report, 'utf8');
  expect(text).toContain('not finished');
  expect(text).toContain('No weights have been evaluated yet');
});

test('validations that were made again count once in the time they took', async () => {
  const heads = eight.slice(0, 1);
  const again = await writeScriptedRun(join(root, 'again'), { heads, isEvaluated: false });
  const validated = (epoch: number, took: number) => ({
    type: 'evaluationEnded',
    split: 'test',
    epoch,
    scores: epochEnded(epoch, 100).validation,
    took,
  });
  const first = [runStarted(), validated(1, 3), epochEnded(1, 100), validated(2, 4)];
  const resumed = [runStarted(1), validated(2, 5), epochEnded(2, 120)];
  const lines = [...first, ...resumed].map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(again.events, lines.join(''));
  await writeReport(again);
  const text = readFileSync(again.report, 'utf8');
  expect(text).toMatch(/<td class="soft">validation<\/td>\s*<td class="name">8s<\/td>/);
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 120_000);
  afterAll(() => browser.close());

  async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const view = { viewport: { width, height: 900 }, colorScheme };
    const opening = await browser.newPage(view);
    await opening.goto(`file://${folder.report}`);
    return opening;
  }

  test.each([360, 800, 1400])(
    'at %i pixels nothing is wider than the window',
    async (width) => {
      const shown = await opened(width, 'light');
      const tooWide = await shown.evaluate('document.documentElement.scrollWidth');
      expect(tooWide).toBeLessThanOrEqual(width);
      const chart = await shown.locator('.charts svg').first().boundingBox();
      expect(chart?.width).toBeGreaterThan(250);
      await shown.close();
    },
    60_000,
  );

  test('what looks like a script stays a text', async () => {
    const shown = await opened(800, 'light');
    expect(await shown.title()).toBe('scripted/1 · Ocelli');
    expect(await shown.locator('h2', { hasText: '<script>' }).count()).toBe(1);
    await shown.close();
  }, 60_000);

  test('a dark page has dark paper and light lines', async () => {
    const colours = async (scheme: 'light' | 'dark') => {
      const shown = await opened(800, scheme);
      const paper = await shown.evaluate('getComputedStyle(document.body).backgroundColor');
      const path = 'document.querySelector(`.charts path[stroke="#0072b2"]`)';
      const line = await shown.evaluate(`getComputedStyle(${path}).stroke`);
      await shown.close();
      return { paper, line };
    };
    expect(await colours('light')).toEqual({
      paper: 'rgb(255, 255, 255)',
      line: 'rgb(0, 114, 178)',
    });
    expect(await colours('dark')).toEqual({ paper: 'rgb(20, 23, 26)', line: 'rgb(86, 180, 233)' });
  }, 60_000);
});
