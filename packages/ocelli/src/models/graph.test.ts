import type { Module } from '@ocelli/torch';
import {
  BatchNorm2d,
  Conv2d,
  GlobalAvgPool,
  Linear,
  MaxPool2d,
  randn,
  ReLU,
  type Tensor,
} from '@ocelli/torch';
import { describe, expect, test, vi } from 'vitest';
import { explain } from '../explain/explain.ts';
import { spatialLayers } from '../explain/layers.ts';
import { Graph } from './graph.ts';
import { type GraphNode, merge, pictureNode } from './graphNode.ts';
import { Add, Concatenate } from './merging.ts';
import { summarize } from './summarize.ts';

const conv = (from: number, to: number): Conv2d => new Conv2d(from, to, 3, { padding: 1 });

/** A stem, two ways that meet, and two heads; one of them with a convolution of its own. */
function twoHeads() {
  const picture = pictureNode([3, 16, 16]);
  const stem = picture.apply('stem', conv(3, 8));
  const around = stem.apply('body.conv', conv(8, 8)).apply('body.norm', new BatchNorm2d(8));
  const sum = merge('sum', new Add(), [stem, around]).apply('act', new ReLU());
  const gender = sum.apply('pool', new GlobalAvgPool()).apply('heads.gender', new Linear(8, 2));
  const own = sum.apply('pose.conv', conv(8, 4)).apply('pose.pool', new GlobalAvgPool());
  return new Graph(picture, { gender, pose: own.apply('pose.fc', new Linear(4, 3)) });
}

describe('a graph', () => {
  test('gives one tensor an output, under its name', () => {
    const { gender, pose } = twoHeads().forward(randn([2, 3, 16, 16]));
    expect([gender.shape, pose.shape]).toEqual([
      [2, 2],
      [2, 3],
    ]);
  });

  test('computes what its layers compute by hand, joined with their neighbours or not', () => {
    const model = twoHeads();
    const images = randn([4, 3, 16, 16]);
    const [stem, body, norm, fc] = ['stem', 'body.conv', 'body.norm', 'heads.gender'].map(
      (path) => model.child(path) as Module,
    );
    if (!stem || !body || !norm || !fc) throw new Error('internal: four paths');
    const byHand = () => {
      const first = stem.forward(images);
      const features = first.add(norm.forward(body.forward(first))).relu();
      return fc.forward(features.mean([2, 3]));
    };
    for (const training of [true, false]) {
      model.train(training);
      expect(model.forward(images).gender.sub(byHand()).abs().max().item()).toBeLessThan(1e-5);
    }
  });

  test('of layers in a row is one run: a batch norm is computed with its neighbours', () => {
    const picture = pictureNode([3, 8, 8]);
    const alone = vi.spyOn(ReLU.prototype, 'forward');
    const end = picture.apply('conv', conv(3, 4)).apply('norm', new BatchNorm2d(4));
    const after = end.apply('act', new ReLU());
    expect(alone).toHaveBeenCalledTimes(1); // building tried it
    const model = new Graph(picture, after.apply('pool', new MaxPool2d(2)));
    expect(model.forward(randn([2, 3, 8, 8])).shape).toEqual([2, 4, 4, 4]);
    expect(alone).toHaveBeenCalledTimes(1);
    alone.mockRestore();
  });

  test('shares a layer that is applied twice under one name', () => {
    const picture = pictureNode([3, 8, 8]);
    const layer = conv(3, 3);
    const model = new Graph(picture, picture.apply('conv', layer).apply('conv', layer));
    expect([...model.stateDict().keys()]).toEqual(['conv.weight', 'conv.bias']);
    const images = randn([1, 3, 8, 8]);
    const twice = layer.forward(layer.forward(images));
    expect(model.forward(images).toArray()).toEqual(twice.toArray());
  });

  test('joins channels', () => {
    const picture = pictureNode([3, 8, 8]);
    const parts = [4, 6].map((width) => picture.apply(`conv${width}`, conv(3, width)));
    expect(merge('cat', new Concatenate(), parts).shape).toEqual([10, 8, 8]);
  });

  test('is summarized with its heads, their own parameters, and what they see', () => {
    const { heads, layers } = summarize(twoHeads(), [3, 16, 16]);
    expect(layers.map(({ name }) => name)).toContain('sum');
    expect(heads).toMatchObject([
      { name: 'gender', outputName: 'gender_output', classes: 2, parameters: 18, size: [5, 5] },
      { name: 'pose', classes: 3, parameters: 4 * 8 * 9 + 4 + 15, size: [7, 7] },
    ]);
  });

  test('is explained at the last map that all its outputs come from', () => {
    const images = randn([1, 3, 16, 16]);
    const model = twoHeads();
    const [explained] = explain(model, images, { targets: [{ head: 'pose' }] });
    expect(explained?.layer).toBe('act');
    expect(spatialLayers(model, images).at(-1)?.name).toBe('pose.conv');
  });
});

describe('building a graph refuses', () => {
  const picture = pictureNode([3, 16, 16]);
  const stem = picture.apply('stem', conv(3, 8));

  test('a layer that does not fit, by the names of both', () => {
    expect(() => stem.apply('block.conv2', conv(16, 16))).toThrow(
      /^Graph: layer block\.conv2 does not fit stem of \(8, 16, 16\)\. conv2d: expected images/,
    );
    expect(() => pictureNode([16, 16, 3]).apply('stem', conv(3, 8))).toThrow(
      /^Graph: layer stem does not fit the picture of \(16, 16, 3\)\. .*Images look channels-last/,
    );
  });

  test('tensors that cannot be merged', () => {
    expect(() => merge('sum', new Add(), [picture, stem])).toThrow(
      'Graph: layer sum does not fit the picture of (3, 16, 16) and stem of (8, 16, 16). ' +
        'Add: expected tensors of one shape, got (1, 3, 16, 16) and (1, 8, 16, 16).',
    );
  });

  test.each([
    ['two layers of one name', () => stem.apply('stem', conv(8, 8)), 'got "stem"'],
    ['a name within a layer', () => stem.apply('stem.weight', conv(8, 8)), 'got "stem"'],
    ['the end of another graph', () => pictureNode([3, 16, 16]).apply('a', conv(3, 3)), 'another'],
  ])('%s', (_, end: () => GraphNode, words) => {
    expect(() => new Graph(picture, end())).toThrow(words);
  });

  test('no output, and a picture without three sides', () => {
    expect(() => new Graph(picture, {})).toThrow('expected outputs to be not empty');
    expect(() => pictureNode([3, 0, 16])).toThrow(
      'expected shape to be channels, height and width',
    );
    expect(() => picture.apply('', conv(3, 3))).toThrow('expected name to be not empty');
  });
});

// A tensor of the wrong kind does not compile.
test('outputs are known to the compiler by name', () => {
  const model = twoHeads();
  const give = (images: Tensor): Tensor => model.forward(images).gender;
  // @ts-expect-error there is no such output
  const misspelt = (images: Tensor): unknown => model.forward(images).gendre;
  const images = randn([1, 3, 16, 16]);
  expect([give(images).shape, misspelt(images)]).toEqual([[1, 2], undefined]);
});
