import type { Device, Generator, Tensor } from '@ocelli/torch';
import type { ImageShape } from './pixelRows.ts';
import type { Targets } from './targets.ts';

/** What a transform may draw from, look at and report to. */
export interface TransformContext {
  /** Source of all randomness; lies on the images' device. */
  readonly generator: Generator;
  /** Epoch of the batch, from 1. @default 1 */
  readonly epoch?: number;
  /** Which samples of the data set these are, for transforms that follow a sample through the epochs. */
  readonly indices?: ArrayLike<number>;
  /** The labels that go with the images. Absent: images alone. */
  readonly targets?: Targets;
  /** Hears from every transform that runs which images it changes: bool `(N)`. */
  readonly onChanged?: (transform: string, changed: Tensor) => void;
}

/** Sizes of a batch and the device it lies on. */
export interface PlacedShape extends ImageShape {
  readonly device: Device;
}
