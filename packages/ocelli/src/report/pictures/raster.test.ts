import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('text is drawn as text on a machine without any font', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ocelli-fonts-'));
  const noFonts = join(folder, 'fonts.conf');
  writeFileSync(noFonts, '<?xml version="1.0"?><fontconfig></fontconfig>');
  const raster = fileURLToPath(new URL('./raster.ts', import.meta.url));
  const script = join(folder, 'draw.mts');
  // Without a font every letter is the same box.
  writeFileSync(
    script,
    `import { pngOf } from ${JSON.stringify(raster)};
     const drawn = (text: string) => pngOf({ width: 40, height: 20, content: \`<text y="15">\${text}</text>\` });
     console.log((await drawn('ix')).equals(await drawn('xi')));`,
  );
  const words = ['--import', 'tsx', '--conditions=source', script];
  const env = { ...process.env, FONTCONFIG_FILE: noFonts };
  const { stdout } = await run(process.execPath, words, { env, cwd: process.cwd() });
  rmSync(folder, { recursive: true });
  expect(stdout).toBe('false\n');
}, 60_000);
