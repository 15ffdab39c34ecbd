import { AvgPool2d, Conv2d, Module, randn, Residual, Sequential, type Tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { Airbench } from './airbench.ts';
import { bottleneckTrunk } from './bottleneckNet.ts';
import { catalog, createModel } from './catalog.ts';
import { DavidNet } from './davidNet.ts';
import { mapTower } from './mapTower.ts';
import type { ModelName } from './modelNames.ts';
import { MultiHead } from './multiHead.ts';
import { personHeads } from './personHeads.ts';
import { resnet } from './resnet.ts';
import { summarize } from './summarize.ts';
import { vgg } from './vgg.ts';

const conv = (from: number, to: number): Conv2d => new Conv2d(from, to, 3, { padding: 1 });

describe('a summary', () => {
  test('has every layer with shape, parameters and mult-adds', () => {
    const model = new Sequential({
      conv: new Conv2d(3, 4, 3, { stride: 2, padding: 1 }),
      pool: new AvgPool2d(2),
      wide: new Conv2d(4, 8, 1, { groups: 2, bias: false }),
    });
    const { layers, ...totals } = summarize(model, [3, 16, 12]);
    expect(layers).toMatchObject([
      {
        name: 'conv',
        kind: 'Conv2d',
        outputShape: [4, 8, 6],
        parameters: 4 * 27 + 4,
        multAdds: 4 * 8 * 6 * 27,
      },
      { name: 'pool', kind: 'AvgPool2d', outputShape: [4, 4, 3], parameters: 0, multAdds: 0 },
      { name: 'wide', outputShape: [8, 4, 3], parameters: 8 * 2, multAdds: 8 * 4 * 3 * 2 },
    ]);
    expect(totals).toMatchObject({ total: 128, trainable: 128, multAdds: 5184 + 192 });
  });

  test('counts the parameters of a layer that runs twice once, its work twice', () => {
    const shared = conv(3, 3);
    const model = new Sequential(shared, new Residual(shared));
    const { layers, total, multAdds } = summarize(model, [3, 4, 4]);
    expect(layers.map(({ parameters }) => parameters)).toEqual([84, 0]);
    expect([total, multAdds]).toEqual([84, 2 * 3 * 16 * 27]);
  });

  test('has the mult-adds of the publication: 1.814 billion for ResNet-18', () => {
    const { multAdds } = summarize(createModel('resnet18', { numClasses: 1000 }), [3, 224, 224]);
    expect(multAdds).toBe(1_814_073_344); // torchvision publishes 1.814 GFLOPS with its weights
  });

  test('has every head, with its output name', () => {
    const model = createModel('resnet20', { heads: personHeads });
    const { heads, total } = summarize(model, [3, 32, 32]);
    expect(heads).toHaveLength(8);
    expect(heads[1]).toMatchObject({
      name: 'image_quality',
      outputName: 'image_quality_output',
      classes: 3,
      parameters: 65 * 3,
    });
    expect(total).toBe(274_442 - 65 * 10 + 65 * 27);
  });

  test('leaves modes and hooks as they were', () => {
    const model = createModel('resnet20', { numClasses: 2 });
    const frozen = model.child('stem').eval();
    summarize(model, [3, 16, 16]);
    expect([model.training, frozen.training, model.watched]).toEqual([true, false, false]);
  });
});

describe('the receptive field', () => {
  test('is 24 at the end of the bottleneck trunk and 58 at the end of its towers', () => {
    const model = new MultiHead({
      heads: { pose: 3, age: 5 },
      trunk: bottleneckTrunk(),
      tower: mapTower(),
    });
    const { layers, heads } = summarize(model, [3, 64, 64]);
    const trunkEnd = layers.findLast(({ name }) => name.startsWith('trunk.'));
    expect(trunkEnd).toMatchObject({ size: [24, 24], stride: [2, 2] });
    expect(heads).toMatchObject([{ size: [58, 58] }, { size: [58, 58], stride: [8, 8] }]);
    // Objects smaller than a step share a place; none is larger than the picture.
    expect(heads[0]?.objects).toEqual([8, 58]);
    expect(summarize(model, [3, 48, 64]).heads[0]?.objects).toEqual([8, 48]);
  });

  test.each([
    // The figures of Araujo et al. 2019, but theirs of ResNet have the stride in another convolution.
    ['VGG-16', () => vgg(16), 212],
    ['ResNet-18', () => resnet(18), 435],
  ])('of %s is the published one', (_, trunk, side) => {
    const { layers } = summarize(trunk(), [3, 64, 64]);
    expect(layers.at(-1)).toMatchObject({ size: [side, side], stride: [32, 32] });
  });

  // airbench: 2 by the whitening; a block adds twice its step by a 3×3 convolution, its step by the pool, which
  // doubles it, and twice the new step by every other convolution: 2 + 2 + 1 + 4 = 9, + 4 + 2 + 8 = 23, and so on.
  test.each([
    ['airbench94', { numClasses: 2 }, [9, 23, 51]],
    ['airbench96', { numClasses: 2, depth: 3 }, [13, 35, 79]],
  ] as const)('of %s counts the pools before its norms', (_, options, sides) => {
    const { layers } = summarize(new Airbench(options), [3, 32, 32]);
    const ends = [1, 2, 3].map((block) =>
      layers.findLast(({ name }) => name.startsWith(`block${block}.`)),
    );
    expect(ends.map((layer) => [layer?.size, layer?.stride])).toEqual(
      sides.map((side, index) => [
        [side, side],
        [2 ** (index + 1), 2 ** (index + 1)],
      ]),
    );
    expect(layers.find(({ name }) => name === 'block1.conv1')).toMatchObject({ size: [4, 4] });
    expect(layers.find(({ name }) => name === 'block1.norm1')).toMatchObject({ size: [5, 5] });
  });

  test('of DavidNet counts the pools after its norms', () => {
    const { layers } = summarize(new DavidNet({ numClasses: 2, width: 8 }), [3, 32, 32]);
    // 3, block by block 5 and a pool 6, two more 14; 18, 20; 28, 32, two more 64.
    const end = layers.findLast(({ name }) => name.startsWith('block3.'));
    expect(end).toMatchObject({ size: [64, 64], stride: [8, 8] });
  });

  test('of pictures that are not square is told for both sides', () => {
    const model = new Sequential(new Conv2d(3, 3, [1, 7], { stride: [1, 2] }), new AvgPool2d(3));
    const { layers } = summarize(model, [3, 32, 32]);
    expect(layers[1]).toMatchObject({ size: [3, 11], stride: [3, 6] });
  });
});

class Branches extends Module {
  readonly long = this.registerModule('long', new Sequential(conv(3, 3), conv(3, 3)));
  readonly short = this.registerModule('short', new Conv2d(3, 3, 1));
  readonly last = this.registerModule('last', conv(3, 3));

  forward(images: Tensor): Tensor {
    return this.last.forward(this.short.forward(images).add(this.long.forward(images)));
  }
}

test('where ways meet, the wider counts', () => {
  expect(summarize(new Branches(), [3, 9, 9]).layers.at(-1)).toMatchObject({ size: [7, 7] });
});

describe('a layer that does not fit', () => {
  test('is named, with the remedy where channels are in the wrong place', () => {
    const model = createModel('resnet18', { numClasses: 10 });
    expect(() => summarize(model, [224, 224, 3])).toThrow(
      'layer conv1 does not fit pictures of (224, 224, 3). ' +
        'conv2d: expected images (N, 3, H, W) to match weight (64, 3, 7, 7), got (1, 224, 224, 3). ' +
        'Images look channels-last; use images.permute([0, 3, 1, 2]). Channels come first: (3, 224, 224).',
    );
  });

  test.each([
    ['vgg16', 16, 'features.30'],
    ['inception-v4', 32, 'features.10.branch0.conv'],
  ])('of %s for pictures of %i pixels is named: they are too small', (name, side, layer) => {
    const model = catalog[name as ModelName].trunk();
    expect(() => summarize(model, [3, side, side])).toThrow(
      `layer ${layer} has nothing left of pictures of (3, ${side}, ${side}): they are too small for the model.`,
    );
  });

  test('deep inside is named by its whole path, and hooks are gone afterwards', () => {
    const inner = new Sequential({ narrow: conv(3, 4), wide: conv(5, 6) });
    const model = new Sequential({ stem: conv(3, 3), block: inner });
    expect(() => summarize(model, [3, 8, 8])).toThrow(
      /^layer block\.wide does not fit pictures of \(3, 8, 8\)\. conv2d: /,
    );
    expect(model.watched).toBe(false);
    expect(model.child('stem', Conv2d).forward(randn([1, 3, 8, 8])).shape).toEqual([1, 3, 8, 8]);
  });
});
