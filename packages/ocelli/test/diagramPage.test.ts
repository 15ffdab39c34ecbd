import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModel } from '../src/models/catalog.ts';
import { writeDiagram } from '../src/report/diagram/writeDiagram.ts';
import { hasBrowser, startBrowser } from './chromium.ts';
import { temporaryFolder } from './dataTree.ts';

// The page of `ocelli summary --diagram model.html` under mouse, fingers and keys.

const file = join(temporaryFolder(), 'model.html');

beforeAll(async () => {
  const model = createModel('resnet20', { heads: { colour: 4, shape: 3 } });
  await writeDiagram(file, model, { input: [3, 32, 32], title: 'resnet20' });
});

/** Where the drawing that is shown begins in the window below the buttons, and its scale. */
interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 120_000);
  afterAll(() => browser.close());

  async function opened(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    const viewport = { width, height: 700 };
    page = await browser.newPage({ viewport, colorScheme, hasTouch: true });
    await page.goto(`file://${file}`);
  }

  async function view(): Promise<View> {
    const matrix = await page.evaluate<string>(
      'getComputedStyle([...document.querySelectorAll(".level")].find((l) => l.offsetParent)).transform',
    );
    const [scale = NaN, , , , x = NaN, y = NaN] = matrix.replace(/[^\d.,e-]/g, '').split(',').map(Number); // prettier-ignore
    return { x, y, scale };
  }

  /** The point of the drawing that lies at a place of the window. */
  const under = ({ x, y, scale }: View, place: { x: number; y: number }): number[] =>
    [(place.x - x) / scale, (place.y - y) / scale].map((value) => Math.round(value));

  /** Where `main` begins in the window. */
  const top = (): Promise<number> => page.evaluate('document.querySelector("main").offsetTop');

  test('the wheel zooms where the pointer is, dragging moves, and what was fitted is fitted again', async () => {
    await opened(900);
    const first = await view();
    const place = { x: 300, y: 200 };
    await page.mouse.move(place.x, place.y + (await top()));
    await page.mouse.wheel(0, -400);
    await expect.poll(async () => (await view()).scale / first.scale).toBeCloseTo(Math.E, 3);
    const near = await view();
    expect(under(near, place)).toEqual(under(first, place));
    await page.mouse.down();
    await page.mouse.move(place.x + 40, place.y + 25 + (await top()));
    await page.mouse.up();
    const moved = await view();
    expect([moved.x - near.x, moved.y - near.y]).toEqual([40, 25]);
    await page.setViewportSize({ width: 880, height: 650 }); // a telephone hides its bars as one moves
    expect(await view()).toEqual(moved);
    await page.getByRole('button', { name: 'fit' }).click();
    expect((await view()).scale).toBeLessThan(near.scale);
    await page.close();
  }, 60_000);

  test('two fingers zoom about the middle between them', async () => {
    await opened(360);
    const first = await view();
    const touches = await page.context().newCDPSession(page);
    const above = await top();
    const put = (type: 'touchStart' | 'touchMove', half: number) =>
      touches.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: [-half, half].map((x, id) => ({ x: 180 + x, y: above + 300, id })),
      });
    await put('touchStart', 40);
    for (const half of [50, 60, 70, 80]) await put('touchMove', half);
    await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const near = await view();
    expect(near.scale / first.scale).toBeCloseTo(2, 1);
    const place = { x: 180, y: 300 };
    expect(under(near, place)).toEqual(under(first, place));
    await page.close();
  }, 60_000);

  test('keys zoom, move and fit, and buttons open the blocks', async () => {
    await opened(900);
    const first = await view();
    await page.keyboard.press('+');
    expect((await view()).scale / first.scale).toBeCloseTo(1.3, 3);
    await page.keyboard.press('-');
    await page.keyboard.press('ArrowDown');
    const moved = await view();
    expect([moved.y - first.y, moved.scale]).toEqual([-60, expect.closeTo(first.scale, 6)]);
    await page.keyboard.press('0');
    expect(await view()).toEqual(first);
    const boxes = () => page.locator('.level:visible rect').count();
    const folded = await boxes();
    await page.getByRole('button', { name: 'every layer' }).click();
    expect(await boxes()).toBeGreaterThan(2 * folded);
    await page.close();
  }, 60_000);

  test('whatever the window, the drawing begins inside it, and nothing is wider', async () => {
    await opened(1400);
    for (const width of [1400, 800, 360]) {
      await page.setViewportSize({ width, height: 700 });
      const widest = await page.evaluate('document.documentElement.scrollWidth');
      expect([width, widest]).toEqual([width, width]);
      const { x, y } = await view();
      expect([x >= 0, y >= 0]).toEqual([true, true]);
    }
    await page.close();
  }, 60_000);

  test('a dark page has dark paper and dark boxes with light words', async () => {
    await opened(800, 'dark');
    const painted = await page.evaluate(
      `(() => {
        const fill = (e) => getComputedStyle(e).fill;
        const box = document.querySelector('.level g:nth-of-type(2)');
        return [getComputedStyle(document.body).backgroundColor, fill(box.querySelector('rect')), fill(box.querySelector('text'))];
      })()`,
    );
    expect(painted).toEqual(['rgb(20, 23, 26)', 'rgb(29, 58, 80)', 'rgb(213, 217, 221)']);
    await page.close();
  }, 60_000);
});
