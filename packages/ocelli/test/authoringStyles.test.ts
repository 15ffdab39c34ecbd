import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  GlobalAvgPool,
  Linear,
  MaxPool2d,
  Module,
  randn,
  readSafetensors,
  ReLU,
  Sequential,
  stack,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { explain } from '../src/explain/explain.ts';
import { countParameters } from '../src/models/countParameters.ts';
import { Graph } from '../src/models/graph.ts';
import { pictureNode } from '../src/models/graphNode.ts';
import { summarize } from '../src/models/summarize.ts';
import { summaryText } from '../src/report/summaryText.ts';
import { fillByFormula } from './formulaWeights.ts';

// One network, written in each of the three ways.

const layers = () => ({
  conv1: new Conv2d(3, 8, 3, { padding: 1, bias: false }),
  norm1: new BatchNorm2d(8),
  act1: new ReLU(),
  pool1: new MaxPool2d(2),
  conv2: new Conv2d(8, 12, 3, { padding: 1 }),
  act2: new ReLU(),
  pool2: new GlobalAvgPool(),
  flat: new Flatten(),
  fc: new Linear(12, 4),
});

class Written extends Module {
  readonly #layers = layers();

  constructor() {
    super();
    for (const [key, layer] of Object.entries(this.#layers)) this.registerModule(key, layer);
  }

  forward(images: Tensor): Tensor {
    const { conv1, norm1, act1, pool1, conv2, act2, pool2, flat, fc } = this.#layers;
    const early = pool1.forward(act1.forward(norm1.forward(conv1.forward(images))));
    return fc.forward(flat.forward(pool2.forward(act2.forward(conv2.forward(early)))));
  }
}

function graph(): Graph {
  const picture = pictureNode([3, 16, 16]);
  const end = Object.entries(layers()).reduce(
    (node, [name, layer]) => node.apply(name, layer),
    picture,
  );
  return new Graph(picture, end);
}

const styles: Readonly<Record<string, () => Module>> = {
  sequence: () => new Sequential(layers()),
  graph: () => graph() as Module, // of one output
  class: () => new Written(),
};

const images = randn([2, 3, 16, 16]);
const reference = new Sequential(layers()).eval();
fillByFormula(reference);

describe.each(Object.entries(styles))('a model written as a %s', (_, make) => {
  test('has the keys of the others, and computes the same from the same weights', () => {
    const model = make().eval();
    expect([...model.stateDict().keys()]).toEqual([...reference.stateDict().keys()]);
    model.loadStateDict(reference.stateDict());
    const difference = model.forward(images).sub(reference.forward(images));
    expect(difference.abs().max().item()).toBeLessThan(1e-5);
  });

  test('is summarized alike', () => {
    const expected = summaryText(summarize(reference, [3, 16, 16]));
    expect(summaryText(summarize(make(), [3, 16, 16]))).toBe(expected);
  });

  test('names the layer that does not fit', () => {
    expect(() => summarize(make(), [1, 16, 16])).toThrow(
      /^layer conv1 does not fit pictures of \(1, 16, 16\)\. conv2d: /,
    );
  });

  test('is frozen by layer', () => {
    const model = make().freeze('conv2');
    expect(countParameters(model).trainable).toBe(countParameters(make()).trainable - 876);
    expect(() => model.freeze('conf2')).toThrow('Did you mean "conv2"?');
  });

  test('is explained alike, at the layer that is named and by default', () => {
    const model = make();
    model.loadStateDict(reference.stateDict());
    // One class may have no evidence anywhere in pictures of noise; not all of them.
    const targets = [0, 1, 2, 3].map((one) => ({ class: one }));
    for (const layer of [undefined, 'pool1']) {
      const options = { targets, ...(layer !== undefined && { layer }) };
      const [own, expected] = [
        explain(model, images, options),
        explain(reference, images, options),
      ];
      const [maps, expectedMaps] = [own, expected].map((all) => stack(all.map((one) => one.maps)));
      if (!maps || !expectedMaps) throw new Error('internal: a model without maps');
      expect(own.map((one) => one.layer)).toEqual(targets.map(() => layer ?? 'act2'));
      expect(maps.sub(expectedMaps).abs().max().item()).toBeLessThan(1e-4);
      expect(maps.max().item()).toBe(1);
    }
  });

  test('is saved and loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-style-'));
    const file = join(folder, 'weights.safetensors');
    const [saved, loaded] = [make().eval(), make().eval()];
    writeSafetensors(file, saved.stateDict());
    loaded.loadStateDict(readSafetensors(file));
    rmSync(folder, { recursive: true });
    expect(loaded.forward(images).toArray()).toEqual(saved.forward(images).toArray());
  });
});
