import { expect, test } from 'vitest';
import { startLine } from './startLine.ts';

const trunk = ['trunk.conv1.weight', 'trunk.bn1.weight', 'trunk.bn1.bias'];
const heads = ['heads.age.weight', 'heads.age.bias', 'heads.pose.weight', 'heads.pose.bias'];

test.each([
  [[...trunk, ...heads], [], 'weights: 7 of 7 tensors from runs/a/1'],
  [trunk, heads, 'weights: 3 of 7 tensors from runs/a/1; new: heads'],
  [
    [...trunk, ...heads.slice(2)],
    heads.slice(0, 2),
    'weights: 5 of 7 tensors from runs/a/1; new: heads.age',
  ],
  [
    [...trunk.slice(0, 2), heads[0] ?? ''],
    [trunk[2] ?? '', ...heads.slice(1)],
    'weights: 3 of 7 tensors from runs/a/1; new: trunk.bn1.bias, heads.age.bias, heads.pose',
  ],
])('the largest parts that are wholly new are named (%#)', (taken, fresh, line) => {
  expect(startLine('runs/a/1', { taken, fresh })).toBe(line);
});
