import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labelSuspects } from '../src/metrics/hardCases.ts';
import { thumbnailOf } from '../src/report/evaluation/thumbnails.ts';
import { suspectsPage } from '../src/report/suspects/suspectsPage.ts';
import { hasBrowser, startBrowser } from './chromium.ts';
import { temporaryFolder } from './dataTree.ts';

// The page of `ocelli suspects --html` as a browser shows it, with names that are long and hostile.

const folder = temporaryFolder();
const file = join(folder, 'suspects.html');
const evil = '<img src=x onerror="document.title=1">';
const classes = ['Daily/Office/Work Bag', evil, 'None'];
const count = 30;
/** Of every picture the model says the class after its label where it is one of ten, else its label. */
const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
const isWrong = (row: number): boolean => row % 10 === 0;
const probabilities = Float32Array.from({ length: 3 * count }, (_, place) => {
  const row = Math.floor(place / 3);
  return place % 3 === ((labels[row] ?? 0) + (isWrong(row) ? 1 : 0)) % 3 ? 0.9 : 0.05;
});

beforeAll(async () => {
  const pixels = new Uint8Array(12 * 12 * 3).fill(120);
  const uri = await thumbnailOf({ pixels, width: 12, height: 12 });
  const head = { name: 'carryingbag', classes, labels, probabilities };
  const page = suspectsPage({
    source: 'labels.csv',
    folds: 3,
    heads: [
      { head, suspects: labelSuspects(head) },
      { head: { ...head, name: evil }, suspects: [] },
    ],
    nameOf: (row) => `images/a-folder-with-a-long-name/and-another-one/${row}-${evil}.jpg`,
    thumbnails: Object.fromEntries(Array.from({ length: count }, (_, row) => [row, uri])),
    shown: 20,
  });
  writeFileSync(file, page);
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(`file://${file}`);
  }, 120_000);
  afterAll(() => browser.close());

  const seenAt = (width: number): Promise<void> => page.setViewportSize({ width, height: 900 });

  test.each([360, 800, 1400])(
    'at %i pixels neither the page nor a table has to be moved sideways',
    async (width) => {
      await seenAt(width);
      const tooWide = await page.evaluate(
        '[document.documentElement, ...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth).length',
      );
      expect(tooWide).toBe(0);
    },
  );

  test.each([
    [360, false, ['"label "', '"rather "']],
    [1400, true, ['none', 'none']],
  ])(
    'at %i pixels a suspect says picture, label, what it would rather be, and how probable both are',
    async (width, hasHead, names) => {
      await seenAt(width);
      const rows = page.locator('.suspects tbody tr');
      expect(await rows.count()).toBe(3); // rows 0, 10 and 20
      const words = (await rows.first().innerText()).replace(/\s+/g, ' ');
      for (const said of ['-with-a-long-name/', 'Daily/Office/Work Bag', '5.0 %', '90.0 %']) {
        expect(words).toContain(said);
      }
      // On a narrow window there is no head of the table to say which is which.
      expect(await page.locator('.suspects thead').isVisible()).toBe(hasHead);
      const said = await page.evaluate(
        '[...document.querySelector(".suspects tbody tr").querySelectorAll("[data-is]")].map((cell) => getComputedStyle(cell, "::before").content)',
      );
      expect(said).toEqual(names);
    },
  );

  test('on a narrow window the words of a suspect begin in one line, beside its picture', async () => {
    await seenAt(360);
    const lefts = await page.evaluate<number[]>(
      `(() => {
        const [picture, ...cells] = document.querySelector('.suspects tbody tr').cells;
        const words = cells.filter((cell) => !cell.classList.contains('n'));
        const start = (cell) => cell.getBoundingClientRect().left + parseFloat(getComputedStyle(cell).paddingLeft);
        return [picture.getBoundingClientRect().right, ...words.map(start)];
      })()`,
    );
    const [right = NaN, ...starts] = lefts;
    expect(starts).toHaveLength(3); // name, label, and what it would rather be
    expect(new Set(starts).size).toBe(1);
    expect(starts[0]).toBeGreaterThan(right);
  });

  test('names are text, every picture is drawn, and a dark page has dark paper', async () => {
    expect(await page.title()).toBe('labels.csv: label suspects · Ocelli');
    const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(20, 23, 26)');
    await page.evaluate('for (const i of document.images) i.loading = "eager"');
    await page.waitForFunction('[...document.images].every((i) => i.complete && i.naturalWidth)');
    expect(await page.locator('.suspects img').count()).toBe(3);
  });
});
