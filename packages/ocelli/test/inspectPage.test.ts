import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startBrowser } from './chromium.ts';
import { patience, runCommand } from './commandLine.ts';
import { plainPng, smallSet, temporaryFolder, writeTree } from './dataTree.ts';

// The page about data as a person gets it: one file, from a table and its pictures.

const folder = temporaryFolder();
const command = (...words: string[]) => runCommand(folder, words);
const evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const evilFile = "p/<img src=x onerror='document.title=1'>.png";
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

let page: string;
beforeAll(async () => {
  const files: Record<string, Buffer | string> = {};
  const rows = Array.from({ length: 30 }, (_, i) => {
    const name = i === 3 ? evilFile.replace('/>', '>') : `p/${i}.png`;
    const mood = i === 7 ? '' : i % 4 === 0 ? 'Happy' : i % 4 === 1 ? evil : 'Neutral';
    return { name, cells: [name, i % 5 === 0 ? 'Back' : 'Front', mood].map(quoted) };
  });
  for (const [i, { name }] of rows.entries()) {
    files[name] = await plainPng({ r: 8 * i, g: 100, b: 255 - 8 * i }, { width: 20, height: 16 });
  }
  files['p/9.png'] = files['p/8.png'] ?? '';
  files['p/11.png'] = 'no picture';
  delete files['p/12.png'];
  const header = ['image', 'pose', evil].map(quoted).join(',');
  files['labels.csv'] = `${header}\n${rows.map(({ cells }) => cells.join(',')).join('\n')}\n`;
  writeTree(folder, files);
  const rule = `pose = Back => "${'x'}" := Neutral`.replace('"x"', evil);
  const words = ['--html', 'page.html', '--query', 'pose = Back', '--correct', rule];
  const { out, err, exitCode } = await command('inspect', 'labels.csv', ...words);
  expect([err.includes('error'), exitCode]).toEqual([false, 0]);
  expect(out).toContain('written: page.html\n');
  page = readFileSync(join(folder, 'page.html'), 'utf8');
}, patience);

test('labels, attributes and file names are text, never markup', () => {
  expect(page).not.toMatch(/<script|<img src=x/i);
  expect(page).toContain('&lt;script&gt;document.title=1&lt;/script&gt;');
  expect(page).toContain('&lt;img src=x onerror=&#39;document.title=1&#39;&gt;.png');
});

test('the page needs no other file and stays small', () => {
  expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
  expect(page).not.toMatch(/url\((?!#)/);
  expect(statSync(join(folder, 'page.html')).size).toBeLessThan(1e6);
});

/** The text of a part of the page, from one heading to the next. */
function part(id: string, end: string): string {
  const start = page.indexOf(`id="${id}"`);
  return page
    .slice(start, page.indexOf(end, start))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('the head of the table stands there, and turned as ones and zeros', () => {
  // The rule has made the mood of row 0 Neutral.
  expect(part('table', 'id="description"')).toContain('p/0.png Back Neutral');
  // Rows 1 to 6: Back, then Front four times, and Back again.
  expect(part('table', 'id="description"')).toContain('pose_Back 1 0 0 0 0 1');
});

test('every attribute is described: labels, missing ones, classes, the most frequent', () => {
  // 6 of 30 are Back: labels 30, missing 0, different 2, Front 24 times, 80 %, 1 : 4.
  expect(part('description', 'id="attribute-0"')).toContain('pose 30 0 2 Front 24 80.0 % 1 : 4.0');
});

test('classes are counted before and after balancing, with mean and deviation', () => {
  // Deviation of 6 ones among 30: √(0.2 · 0.8 · 30/29) = 0.407.
  const text = part('attribute-0', '</section>');
  expect(text).toMatch(/Back 6 \d+ 20\.0 % 0\.407/);
  const balanced = Number(/Back 6 (\d+)/.exec(text)?.[1]);
  expect(balanced).toBeGreaterThan(9);
});

test('queries and contradictions are shown as pictures, these with the labels they had', () => {
  const queries = part('queries', 'id="contradictions"');
  expect(queries).toContain('pose = Back 6');
  // Backs are 0, 5, 10, 15, 20 and 25: 0 and 20 are Happy, 5 and 25 the evil one.
  const contradictions = part('contradictions', 'id="pictures"');
  expect(contradictions).toMatch(/:= Neutral 4 /);
  expect(contradictions).toContain('Happy');
});

test('copies, unreadable and missing files are named', () => {
  const text = part('pictures', '</main>');
  expect(text).toContain('20 x 16 28');
  expect(text).toContain('Unreadable files 1 p/11.png: expected a JPEG, PNG, WebP or GIF picture');
  expect(text).toContain('Missing files 1 p/12.png');
  expect(text).toMatch(/Copies 1 .* 2 p\/8\.png/);
});

test(
  'other balancing is shown as it is asked for, and refused without a page',
  async () => {
    const words = ['inspect', 'labels.csv', '--oversample', 'pose = Back x3'];
    const drawn = await command(...words, '--html', 'grown.html');
    expect(drawn.exitCode).toBe(0);
    const text = readFileSync(join(folder, 'grown.html'), 'utf8').replace(/<[^>]*>|\s+/g, ' ');
    expect(text.replace(/\s+/g, ' ')).toContain('Back 6 18 20.0 %');
    const refused = await command(...words);
    expect(refused).toMatchObject({ exitCode: 2, out: '' });
    expect(refused.err).toContain('expected no --oversample without --html');
  },
  patience,
);

test(
  'a grid of the pictures of a query is drawn with their labels',
  async () => {
    const words = ['--query', 'pose = Back', '--grid', 'grid.png'];
    const { exitCode } = await command('inspect', 'labels.csv', ...words);
    expect(exitCode).toBe(0);
    const { width, height } = await sharp(join(folder, 'grid.png')).metadata();
    // Ten columns of 94 and one row of a picture with two lines below, at twice the density.
    expect([width, height]).toEqual([2 * 950, 2 * (34 + 84 + 26 + 14 + 10)]);
    const { channels } = await sharp(join(folder, 'grid.png')).stats();
    expect(Math.min(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
  },
  patience,
);

test(
  'folders of classes are looked at too, with the parts they come in',
  async () => {
    writeTree(join(folder, 'pets'), await smallSet());
    const { out, exitCode } = await command('inspect', 'pets', '--html', 'pets.html', '--json');
    expect(exitCode).toBe(0);
    const facts = JSON.parse(out) as { attributes: Record<string, object> };
    expect(facts).toMatchObject({ rows: 6, classCount: 4, pictures: { found: 6, missing: 0 } });
    expect(Object.keys(facts.attributes)).toEqual(['class', 'part']);
    expect(readFileSync(join(folder, 'pets.html'), 'utf8')).toContain('train/cat/1.png');
  },
  patience,
);

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 120_000);
  afterAll(() => browser.close());

  async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const opening = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await opening.goto(`file://${join(folder, 'page.html')}`);
    return opening;
  }

  test.each([360, 800, 1400])(
    'at %i pixels nothing is wider than the window',
    async (width) => {
      const shown = await opened(width, 'light');
      const tooWide = await shown.evaluate('document.documentElement.scrollWidth');
      expect(tooWide).toBeLessThanOrEqual(width);
      expect(await shown.title()).toBe('labels.csv · Ocelli');
      await shown.close();
    },
    60_000,
  );

  test('a dark page has dark paper, and every picture is drawn', async () => {
    const shown = await opened(800, 'dark');
    const paper = await shown.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe('rgb(20, 23, 26)');
    const broken = await shown.evaluate(
      '[...document.images].filter((i) => { i.loading = "eager"; return false; }).length',
    );
    expect(broken).toBe(0);
    await shown.waitForFunction('[...document.images].every((i) => i.complete && i.naturalWidth)');
    await shown.close();
  }, 60_000);
});
