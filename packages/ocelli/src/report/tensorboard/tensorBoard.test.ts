import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { epochEnded, runStarted } from '../../../test/scriptedRun.ts';
import { createModel } from '../../models/catalog.ts';
import { runFolderAt } from '../../train/runFolder/runFolder.ts';
import { encodeEvent, type EventMessage } from './messages.ts';
import { modelGraph } from './modelGraph.ts';
import { framed } from './recordFile.ts';
import { tensorBoardWriter } from './tensorBoardWriter.ts';

const fixture = new URL('../../../test/fixtures/tensorboard.tfevents', import.meta.url);
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const root = mkdtempSync(join(tmpdir(), 'ocelli-tensorboard-'));
afterAll(() => rmSync(root, { recursive: true }));

test('events are byte for byte those that the library of TensorBoard writes', () => {
  const graph = [
    { name: 'input', op: 'Placeholder', inputs: [], shape: [-1, 3, 8, 8] },
    { name: 'a/conv', op: 'Conv2d', inputs: ['input'], shape: [-1, 4, 8, 8] },
  ];
  const encoded = Buffer.from(pixel, 'base64');
  const events: EventMessage[] = [
    { wallTime: 1700000000.5, fileVersion: 'brain.Event:2' },
    { wallTime: 1700000001.25, graph },
    {
      wallTime: 1700000002,
      step: 98,
      scalars: { 'loss/validation': 0.75, 'accuracy/validation': 0.5 },
    },
    { wallTime: 1700000003, step: 196, images: { 'batch-1': { height: 1, width: 1, encoded } } },
  ];
  const written = Buffer.concat(events.map((event) => framed(encodeEvent(event))));
  expect(written.toString('hex')).toBe(readFileSync(fixture).toString('hex'));
});

test('a run is written while it works: graph, rates, and the scores of every epoch', async () => {
  const folder = runFolderAt(root);
  const graph = () => [{ name: 'input', op: 'Placeholder', inputs: [] }];
  const consume = tensorBoardWriter({ folder, graph });
  const emit = () => Promise.resolve();
  const counts = { epoch: 1, stepInEpoch: 1, stepsPerEpoch: 10, step: 1 };
  await consume(runStarted(), emit);
  await consume({ type: 'stepEnded', ...counts, lr: 0.25, seconds: 5 }, emit);
  await consume({ type: 'stepEnded', ...counts, lr: 0.5, seconds: 5.5 }, emit); // too soon
  await consume(epochEnded(1, 150), emit);
  const { progress } = epochEnded(1, 150);
  await consume({ type: 'runEnded', reason: 'completed', progress }, emit);

  const [name = ''] = readdirSync(folder.tensorboard);
  expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const records = recordsIn(readFileSync(join(folder.tensorboard, name)));
  const text = records.map((record) => record.toString('latin1'));
  expect(records).toHaveLength(4);
  expect(text[0]).toContain('brain.Event:2');
  expect(text[1]).toContain('Placeholder');
  expect(text[2]).toContain('learning rate');
  expect(records[2]?.includes(floatBytes(0.25))).toBe(true);
  for (const part of ['training', 'validation']) {
    expect(text[3]).toContain(`loss/${part}`);
    expect(text[3]).toContain(`accuracy/${part}`);
  }
  expect(records[3]?.includes(floatBytes(0.75))).toBe(true); // 150 of 200
});

test('a run that goes on takes the place of what was written of the steps to come', async () => {
  const folder = runFolderAt(join(root, 'goes-on'));
  const consume = tensorBoardWriter({ folder, graph: () => [] });
  const { progress } = epochEnded(1, 150);
  await consume({ ...runStarted(), from: progress }, () => Promise.resolve());
  await consume({ type: 'runEnded', reason: 'completed', progress }, () => Promise.resolve());
  const [name = ''] = readdirSync(folder.tensorboard);
  const [, second] = recordsIn(readFileSync(join(folder.tensorboard, name)));
  // event.proto: after the time, field 2 is the step, field 7 a SessionLog with START, 1, in field 1.
  expect(second?.subarray(9).toString('hex')).toBe(`10${hexOf(progress.step + 1)}3a020801`);
});

/** A small number as protobuf writes it. */
function hexOf(number: number): string {
  expect(number).toBeLessThan(128);
  return number.toString(16).padStart(2, '0');
}

/** Records by their lengths; the checksums are those of the first test. */
function recordsIn(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return records;
}

function floatBytes(value: number): Buffer {
  return Buffer.from(Float32Array.of(value).buffer);
}

test('the graph of a model has its layers, each fed by the layer before; the end of a projected block by both sides', () => {
  const nodes = modelGraph(createModel('resnet18-cifar', { numClasses: 10 }), [3, 32, 32]);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  expect(byName.size).toBe(nodes.length);
  for (const { inputs } of nodes) for (const input of inputs) expect(byName.has(input)).toBe(true);
  expect(nodes.filter(({ op }) => op === 'Conv2d')).toHaveLength(20); // of He et al., with 3 projections
  expect(nodes[0]).toEqual({
    name: 'input',
    op: 'Placeholder',
    inputs: [],
    shape: [-1, 3, 32, 32],
  });
  expect(nodes.at(-1)?.shape).toEqual([-1, 10]);
  expect(nodes.filter(({ inputs }) => inputs.length === 2).length).toBeGreaterThanOrEqual(3);
});
