import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byCodePoint } from './codePointOrder.ts';

test('orders an emoji after a letter of the private use area, unlike UTF-16 order', () => {
  const names = ['\u{1F600}', '\uE000', 'z', 'Z', 'a'];
  expect(names.sort(byCodePoint)).toEqual(['Z', 'a', 'z', '\uE000', '\u{1F600}']);
});

test('agrees with the order of UTF-8 bytes', () => {
  const word = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(byCodePoint(a, b))).toBe(bytes);
    }),
  );
});
