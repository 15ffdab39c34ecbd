import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { generate, generatedPath } from '../scripts/generateAten.ts';
import { native } from '../src/native.ts';

const committed = readFileSync(generatedPath, 'utf8');
const version = /from libtorch (\S+)\. /.exec(committed)?.[1];
const installed = native.libtorchVersion().version;

// Another libtorch has other operators; its own file is made with `npm run generate`.
test.skipIf(version !== installed)(
  `generating again from libtorch ${installed} gives the committed bytes of ${version}`,
  () => expect(generate() === committed).toBe(true),
);

test('generating twice gives the same bytes', () => {
  expect(generate() === generate()).toBe(true);
});
