import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import { createModel } from '../models/catalog.ts';
import { saveTrainedModel } from '../train/predict/saveTrainedModel.ts';
import { runFolderAt } from '../train/runFolder/runFolder.ts';
import { runEvaluate } from './evaluate.ts';

const root = temporaryFolder();

test('pictures that have another size by now are refused, and brought to that of the run with --data', async () => {
  vi.stubEnv('OCELLI_CACHE', join(root, 'cache'));
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const data = join(root, 'pictures');
  await drawPictures(data, { train: 4, test: 2, side: 48 });
  const [run, scale] = [join(root, 'run'), [128, 128, 128]];
  saveTrainedModel(runFolderAt(run), createModel('cifar10-v1', { numClasses: 3 }), {
    experiment: { model: 'cifar10-v1', data },
    pictures: {
      ...{ labelNames: { classes: ['blue', 'green', 'red'] }, height: 32, width: 32 },
      ...{ mean: scale, std: scale, trainCount: 12, validationCount: 6 },
    },
    epoch: 1,
    step: 1,
  });
  await expect(runEvaluate(run, { weights: 'best' })).rejects.toThrow(
    `${data}: expected the pictures of the run, of 32x32, got 48x48. ` +
      'Pass --data, which brings others to that size.',
  );
  expect(out).not.toHaveBeenCalled();
  expect(await runEvaluate(run, { weights: 'best', data })).toBe(0);
  out.mockRestore();
  vi.unstubAllEnvs();
});
