import { BatchNorm2d, Conv2d, GlobalAvgPool, Linear, ReLU } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { createModel } from './catalog.ts';
import { type Diagram, modelDiagram, modelDiagramLevels } from './diagram.ts';
import { Graph } from './graph.ts';
import { merge, pictureNode } from './graphNode.ts';
import { Add } from './merging.ts';

const titles = ({ boxes }: Diagram): string[] => boxes.map(({ title }) => title);
const titleOf = ({ boxes }: Diagram, id: string): string =>
  boxes.find((box) => box.id === id)?.title ?? '';

/** Boxes other than the picture that nothing leads to, and boxes other than outputs that lead nowhere. */
function loose({ boxes, edges }: Diagram): string[] {
  return boxes
    .filter(({ id, kind }) => {
      const entered = kind === 'input' || edges.some(({ to }) => to === id);
      const left = kind === 'output' || edges.some(({ from }) => from === id);
      return !entered || !left;
    })
    .map(({ title }) => title);
}

describe('the diagram of ResNet-18', () => {
  const model = createModel('resnet18', { numClasses: 10 });
  const folded = modelDiagram(model, [3, 64, 64]);

  test('is a row of boxes, each convolution with its norm, each stage folded', () => {
    const stages = ['layer1', 'layer2', 'layer3', 'layer4'];
    expect(titles(folded).filter((title) => title.startsWith('layer'))).toEqual(stages);
    expect(folded.boxes.find(({ title }) => title === 'layer1')).toMatchObject({
      kind: 'block',
      lines: ['2 × BasicBlock'],
      parameters: 4 * 64 * 64 * 9 + 8 * 64 + 8 * 64, // weights, learned and running statistics
    });
    expect([folded.folded, loose(folded)]).toEqual([true, []]);
    expect(folded.boxes.at(-1)).toMatchObject({ kind: 'output', lines: ['10 classes'] });
  });

  test('has the shapes on its arrows', () => {
    const shapes = folded.edges.map(({ to, shape }) => [titleOf(folded, to), shape]);
    expect(shapes).toContainEqual(['conv1', [3, 64, 64]]);
    expect(shapes).toContainEqual(['layer3', [128, 8, 8]]);
    expect(shapes).toContainEqual(['fc', [512]]);
  });

  test('opened shows the five skips that pass no layer, and the three with a convolution', () => {
    const opened = modelDiagram(model, [3, 64, 64], { unfold: Infinity });
    expect(opened.edges.filter(({ skips }) => skips === true)).toHaveLength(5);
    const byId = new Map(opened.boxes.map((box) => [box.id, box.path ?? '']));
    const around = opened.edges.filter(({ from, to }) => {
      return byId.get(from)?.includes('downsample') && byId.get(to)?.endsWith('bn2');
    });
    expect([around.length, opened.folded, loose(opened)]).toEqual([3, false, []]);
    expect(opened.boxes).toContainEqual(
      expect.objectContaining({ title: 'conv1', path: 'layer1.0.conv1' }),
    );
    expect(opened.groups.map(({ title }) => title)).toContain('0 · BasicBlock');
  });

  test('opened once shows blocks', () => {
    const once = modelDiagram(model, [3, 64, 64], { unfold: 1 });
    expect(titles(once)).toContain('0 … 1');
    expect(once.folded).toBe(true);
  });
});

test('a model of heads has a frame for the trunk and one for each tower, and names its outputs', () => {
  const heads = { gender: 2, age: 5 };
  const diagram = modelDiagram(createModel('densenet121-towers', { heads }), [3, 64, 64]);
  expect(diagram.groups).toMatchObject([
    { title: 'shared trunk', kind: 'trunk' },
    { title: 'tower gender', kind: 'tower' },
    { title: 'tower age', kind: 'tower' },
  ]);
  const outputs = diagram.boxes.filter(({ kind }) => kind === 'output');
  expect(outputs).toMatchObject([
    { title: 'gender', lines: ['2 classes'] },
    { title: 'age', lines: ['5 classes'] },
  ]);
  expect(loose(diagram)).toEqual([]);
});

test('what dense layers see is on their arrows, and what a block gives is on the one that leaves it', () => {
  const model = createModel('densenet121', { numClasses: 2 });
  const diagram = modelDiagram(model, [3, 64, 64], { unfold: 1 });
  const into = (path: string) => {
    const id = diagram.boxes.find((box) => box.path === path)?.id;
    return diagram.edges.find(({ to }) => to === id)?.shape;
  };
  expect(into('features.denseblock1.denselayer2')).toEqual([96, 16, 16]);
  expect(into('features.transition1.norm')).toEqual([256, 16, 16]);
});

test('a graph has its ways as they were written', () => {
  const conv = (from: number, to: number): Conv2d => new Conv2d(from, to, 3, { padding: 1 });
  const picture = pictureNode([3, 8, 8]);
  const stem = picture.apply('stem', conv(3, 4));
  const around = stem.apply('conv', conv(4, 4)).apply('norm', new BatchNorm2d(4));
  const sum = merge('sum', new Add(), [stem, around]).apply('act', new ReLU());
  const end = sum.apply('pool', new GlobalAvgPool()).apply('fc', new Linear(4, 3));
  const diagram = modelDiagram(new Graph(picture, end), [3, 8, 8]);
  const into = diagram.edges.filter(({ to }) => titleOf(diagram, to) === 'sum');
  expect(into.map(({ from }) => titleOf(diagram, from)).sort()).toEqual(['conv', 'stem']);
  expect(diagram.boxes.find(({ title }) => title === 'sum')?.kind).toBe('merge');
  expect(loose(diagram)).toEqual([]);
});

test.each(['mobilenet-v3-small', 'bottleneck-towers'])(
  'every box of %s is joined to others, folded and opened',
  (name) => {
    const answer = name.endsWith('towers') ? { heads: { age: 5, pose: 3 } } : { numClasses: 4 };
    const model = createModel(name, answer);
    for (const unfold of [0, Infinity]) {
      expect(loose(modelDiagram(model, [3, 64, 64], { unfold }))).toEqual([]);
    }
  },
);

test('the levels of a model, drawn from one run, are what a run for each of them gives', () => {
  const model = createModel('resnet20', { heads: { age: 5, pose: 3 } });
  const levels = modelDiagramLevels(model, [3, 32, 32]);
  const unfolds = [...levels.slice(0, -1).keys(), Infinity];
  expect(levels.map(({ folded }) => folded)).toEqual([true, true, true, false, false]);
  expect(levels).toEqual(unfolds.map((unfold) => modelDiagram(model, [3, 32, 32], { unfold })));
});
