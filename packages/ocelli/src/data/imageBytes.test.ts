import { arange, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { bytesFromUnit, bytesOfImages, imagesFromBytes, unitFromBytes } from './imageBytes.ts';

// Two pictures of one row of two pixels: red 1 and 4, green 2 and 5, blue 3 and 6; then the same plus 10.
const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);

test('pixels become planes, and planes pixels again', () => {
  const images = imagesFromBytes(bytes, { height: 1, width: 2 });
  expect(images.dtype).toBe('uint8');
  expect(images.toArray()).toEqual([
    [[[1, 4]], [[2, 5]], [[3, 6]]],
    [[[11, 14]], [[12, 15]], [[13, 16]]],
  ]);
  expect(bytesOfImages(images)).toEqual(bytes);
  expect(bytesOfImages(images.contiguous())).toEqual(bytes); // whatever the layout in memory
});

test('grey pictures have one channel', () => {
  const images = imagesFromBytes(bytes, { height: 3, width: 2, channels: 1 });
  expect(images.shape).toEqual([2, 1, 3, 2]);
  expect(bytesOfImages(images)).toEqual(bytes);
});

test('a part of a larger buffer is copied, not shared', () => {
  const part = Buffer.from(bytes).subarray(0, 6);
  const images = imagesFromBytes(part, { height: 1, width: 2 });
  part.fill(0);
  expect(images.select(1, 0).toArray()).toEqual([[[1, 4]]]);
});

test('floating values are rounded, and kept between 0 and 255', () => {
  const images = tensor([[[[-3, 0.4, 1.6, 300]]]]);
  expect(bytesOfImages(images)).toEqual(Uint8Array.of(0, 0, 2, 255));
});

test('all 256 bytes come back from 0 to 1', () => {
  const all = arange({ end: 256 }, { dtype: 'int64' }).to({ dtype: 'uint8' });
  const unit = unitFromBytes(all);
  expect([unit.dtype, unit.min().item(), unit.max().item()]).toEqual(['float32', 0, 1]);
  expect(bytesFromUnit(unit).toArray()).toEqual(all.toArray());
  expect(bytesFromUnit(tensor([-1, 2])).toArray()).toEqual([0, 255]);
});

test('what is no picture is refused', () => {
  expect(() => imagesFromBytes(bytes.subarray(1), { height: 1, width: 2 })).toThrow(
    'imagesFromBytes: expected bytes to be a whole number of pictures of 2x1 pixels and 3 channels, got "11 bytes".',
  );
  expect(() => bytesOfImages(tensor([[1]]))).toThrow(
    'bytesOfImages: expected images to be (N, C, H, W), got (1, 1).',
  );
  expect(() => unitFromBytes(tensor([0.5]))).toThrow(
    'unitFromBytes: expected images to be uint8, got "float32".',
  );
  expect(() => bytesFromUnit(tensor([1], { dtype: 'uint8' }))).toThrow(
    'bytesFromUnit: expected images to be floating numbers from 0 to 1, got "uint8".',
  );
});
