import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jet } from '../src/explain/colourMap.ts';
import { explanationPage, sheetPage } from '../src/report/html/explanationPage.ts';
import { mistakesPage } from '../src/report/mistakes/mistakesPage.ts';
import { pictureGrid } from '../src/report/pictures/pictureGrid.ts';
import { pngUri } from '../src/report/pictures/pngUri.ts';
import { hasBrowser, startBrowser } from './chromium.ts';
import { temporaryFolder } from './dataTree.ts';

// The pages of `ocelli explain`, with hostile and long names, as a browser shows them.

const folder = temporaryFolder();
const evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const long = 'a-picture-with-a-very-long-name-that-nobody-can-break-anywhere-0001.jpg';

const pages = ['explanation', 'one', 'mistakes', 'sheet'] as const;

beforeAll(async () => {
  const uri = await pngUri(new Uint8Array(16 * 16 * 3).fill(90), { width: 16, height: 16 });
  const heads = ['gender', evil, 'age', 'weight', 'carryingbag', 'footwear', 'emotion', 'bodypose'];
  const map = { uri, label: 'Daily/Office/Work Bag', probability: 0.5 };
  const maps = heads.map((attribute) => ({ ...map, attribute, score: 0.25 }));
  const picture = { name: long, uri, maps, warnings: ['gender, age look at the same pixels'] };
  const other = { ...picture, name: evil, warnings: [] };
  const mistake = { name: long, label: evil, labelProbability: 0.1, answer: 'None', probability: 0.9, picture: uri, map: uri }; // prettier-ignore
  const mistakes = { name: evil, labelled: 30, wrong: 9, shown: Array(9).fill(mistake) };
  const tiles = Array.from({ length: 64 }, (_, index) => ({ uri, caption: [String(index)] }));
  const texts: Record<(typeof pages)[number], string> = {
    explanation: explanationPage('Where the network looks', [picture, other], jet),
    one: explanationPage('Where the network looks', [{ ...picture, maps: [map] }], jet),
    mistakes: mistakesPage({ run: 'runs/a/1', split: 'validation', heads: [mistakes] }),
    sheet: sheetPage('What a layer gives', pictureGrid(tiles, { title: evil, columns: 16 })),
  };
  for (const name of pages) writeFileSync(join(folder, `${name}.html`), texts[name]);
});

test('the scale of maps has the colours that they are drawn with', () => {
  const white = (): [number, number, number] => [255, 255, 255];
  const scaleOf = (page: string): string => /gradient\(to right,(.*?)\)"/.exec(page)?.[1] ?? '';
  expect(scaleOf(explanationPage('', [], white))).toBe(Array(9).fill('rgb(255 255 255)').join(','));
  expect(
    scaleOf(explanationPage('', [], jet))
      .split(',')
      .at(-1),
  ).toBe('rgb(128 0 0)'); // its end
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    page = await browser.newPage();
  }, 120_000);
  afterAll(() => browser.close());

  const open = (name: string) => page.goto(`file://${join(folder, `${name}.html`)}`);
  const seenAt = (width: number): Promise<void> => page.setViewportSize({ width, height: 900 });

  test.each(pages)(
    '%s: nothing is wider than the window, and every picture is drawn',
    async (name) => {
      await open(name);
      expect(await page.title()).toMatch(/ · Ocelli$/);
      await page.evaluate('for (const i of document.images) i.loading = "eager"');
      await page.waitForFunction('[...document.images].every((i) => i.complete && i.naturalWidth)');
      for (const width of [360, 800, 1200]) {
        await seenAt(width);
        const widest = await page.evaluate('document.documentElement.scrollWidth');
        expect([width, widest]).toEqual([width, width]);
      }
    },
  );

  test('maps stand beside one another as far as there is room, none of them small', async () => {
    await open('explanation');
    for (const [width, count] of [
      [360, 2],
      [800, 3],
      [1200, 5],
    ] as const) {
      // prettier-ignore
      await seenAt(width);
      const places = await page.evaluate<{ y: number; width: number }[]>(
        '[...document.querySelector(".maps").querySelectorAll("img")].map((i) => { const r = i.getBoundingClientRect(); return { y: r.y, width: r.width }; })',
      );
      expect(places).toHaveLength(9); // the picture and eight heads
      expect(places.filter(({ y }) => y === places[0]?.y)).toHaveLength(count);
      expect(Math.min(...places.map((place) => place.width))).toBeGreaterThan(140);
    }
  });

  test('the map of the only label is no larger than one of several', async () => {
    await open('one');
    await seenAt(1200);
    const box = await page.locator('.maps img').last().boundingBox();
    expect(box?.width).toBeLessThan(240);
  });

  test('a sheet of tiles keeps them large enough to see, and moves sideways by itself', async () => {
    await open('sheet');
    await seenAt(360);
    const box = await page.locator('svg image').first().boundingBox();
    expect(box?.width).toBeGreaterThan(45);
    const overflow = await page.evaluate(
      'getComputedStyle(document.querySelector(".sheet")).overflowX',
    );
    expect(overflow).toBe('auto');
  });
});
