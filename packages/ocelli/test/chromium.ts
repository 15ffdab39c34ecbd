import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const executablePath = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(':').map((path) => join(path, name)))
  .find((path) => existsSync(path));
if (executablePath === undefined) {
  process.stderr.write('No chromium on the PATH, so no browser looks at the pages.\n');
}

/** Whether there is a browser to look at pages with. */
export const hasBrowser: boolean = executablePath !== undefined;

/** Starts the browser. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: executablePath ?? '', args });
}
