import { Linear, manualSeed, Module, ModuleDict, randint, SGD, type Tensor } from '@ocelli/torch';
import { AttributeDataset } from '../src/data/attributeDataset.ts';
import { defineSchema, headSizes } from '../src/data/attributeSchema.ts';
import { attributeLoss } from '../src/train/loss/attributeLoss.ts';
import type { FitOptions } from '../src/train/loop/fit.ts';
import { evaluationBatches, shuffledBatches } from '../src/train/batches/pictureBatches.ts';
import { normalize } from '../src/augment/normalize.ts';

export const tinySchema = defineSchema({
  gender: ['female', 'male'],
  pose: ['Back', 'Front', 'Side'],
});

const constants = { mean: [128, 128, 128], std: [64, 64, 64] };

/**
 * Noise pictures of 8×8. Labels of gender are 0, 1, 0, 1 and so on; of pose 0, 1, 2, missing, and so on.
 */
export function noiseAttributes(count: number, seed = 0): AttributeDataset<typeof tinySchema> {
  manualSeed(seed);
  const labels = Array.from({ length: count }, (_, row) => [row % 2, row % 4 === 3 ? -1 : row % 4]);
  return new AttributeDataset({
    pixels: randint({ high: 256, shape: [count, 8, 8, 3], dtype: 'uint8' }),
    labels: Int32Array.from(labels.flat()),
    schema: tinySchema,
    nameOf: (row) => `noise/${row}.png`,
  });
}

/** A trunk of one layer and a head an attribute. */
export class TinyHeads extends Module<Tensor, Readonly<Record<string, Tensor>>> {
  readonly trunk = this.registerModule('trunk', new Linear(3 * 8 * 8, 6));
  readonly heads: ModuleDict<Linear>;

  constructor(sizes: Readonly<Record<string, number>> = headSizes(tinySchema)) {
    super();
    const heads = Object.entries(sizes).map(([name, size]) => [name, new Linear(6, size)] as const);
    this.heads = this.registerModule('heads', new ModuleDict(new Map(heads)));
  }

  forward(images: Tensor): Readonly<Record<string, Tensor>> {
    const features = this.trunk.forward(images.flatten(1)).relu();
    const logits = [...this.heads].map(([name, head]) => [name, head.forward(features)] as const);
    return Object.fromEntries(logits);
  }
}

/** A model of two heads, its weights drawn from the seed. */
export function tinyHeads(seed = 0): TinyHeads {
  manualSeed(seed);
  return new TinyHeads();
}

type Changes = Partial<Omit<FitOptions, 'optimizer'>> & { optimizer?: SGD };

/** Everything `fit` needs for 21 pictures of two attributes in batches of 5. */
export function tinyAttributeTraining(changes: Changes = {}) {
  const { model = tinyHeads() } = changes;
  const shared = { batchSize: 5, device: 'cpu' };
  const transforms = [normalize(constants)];
  return {
    model,
    optimizer: new SGD(model.parameters(), { lr: 0, momentum: 0.9, nesterov: true }),
    loss: attributeLoss({ attributes: { gender: {}, pose: {} } }),
    data: shuffledBatches(noiseAttributes(21), { ...shared, seed: 3, transforms }),
    validation: {
      split: 'validation',
      data: evaluationBatches(noiseAttributes(11, 1), constants, shared),
    },
    epochs: 2,
    lrAt: () => 0.02,
    seed: 3,
    ...changes,
  };
}
