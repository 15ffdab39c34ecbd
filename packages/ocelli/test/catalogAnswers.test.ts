import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Module,
  noGrad,
  readSafetensors,
  setNumThreads,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalog, createModel } from '../src/models/catalog.ts';
import { Classifier } from '../src/models/classifier.ts';
import { classifierNames, type ModelName, personSystemNames } from '../src/models/modelNames.ts';
import { formulaNumbers } from './formulaWeights.ts';

beforeAll(() => setNumThreads(1)); // the work is small, and other tests run beside it

const answerOf = (model: Module, images: Tensor): unknown =>
  noGrad(() => model.forward(images).toArray());

describe('every network', () => {
  const small: ModelName[] = ['resnet20', 'densenet121', 'mobilenet-v3-small', 'efficientnet-b0'];

  test.each(small)('such as %s answers for as many classes as it is asked', (name) => {
    const images = formulaNumbers(0, [2, 3, 64, 64]);
    const { trunk, head } = catalog[name];
    const made = trunk().eval();
    for (const classes of [2, 7]) {
      const layers = head?.(made.outChannels, classes) ?? {};
      expect(new Classifier(made, layers).eval().forward(images).shape).toEqual([2, classes]);
    }
  });

  test.each(small)(
    'such as %s answers the same again, and after its weights were saved',
    (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'ocelli-weights-'));
      const images = formulaNumbers(0, [2, 3, 64, 64]);
      const [saved, loaded] = [1, 2].map(() => createModel(name, { numClasses: 3 }).eval());
      if (saved === undefined || loaded === undefined) throw new Error('internal: two were made.');
      const answer = answerOf(saved, images);
      writeSafetensors(join(folder, 'weights.safetensors'), saved.stateDict());
      expect(answerOf(loaded, images)).not.toEqual(answer);
      loaded.loadStateDict(readSafetensors(join(folder, 'weights.safetensors')));
      rmSync(folder, { recursive: true });
      expect(answerOf(loaded, images)).toEqual(answer);
      expect(answerOf(saved, images)).toEqual(answer);
    },
  );

  test('has a name of its own in the catalog, and no more', () => {
    expect(Object.keys(catalog)).toEqual([...classifierNames, ...personSystemNames]);
  });
});
