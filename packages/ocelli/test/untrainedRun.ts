import { headsOf } from '../src/data/labelNames.ts';
import { buildModel } from '../src/train/assembly/buildModel.ts';
import { saveWeights } from '../src/train/checkpoints/weights.ts';
import { type ExperimentInput, resolveExperiment } from '../src/train/experiment/experiment.ts';
import { writeRunRecord } from '../src/train/record/runRecord.ts';
import { openRunData } from '../src/train/runData/runData.ts';
import { createRunFolder, type RunFolder, writeLabels } from '../src/train/runFolder/runFolder.ts';

/** A run that commands can be asked about, with the weights that training begins with. */
export async function untrainedRun(
  runsDir: string,
  name: string,
  settings: ExperimentInput,
): Promise<RunFolder> {
  const experiment = resolveExperiment({ model: 'resnet20', threads: 1, seed: 3, ...settings });
  const data = await openRunData(experiment);
  const run = createRunFolder(runsDir, name);
  const { labelNames } = data.facts;
  writeRunRecord(run, { experiment, pictures: data.facts });
  writeLabels(run, labelNames);
  data.writeSplit?.(run.split);
  const model = buildModel(experiment, headsOf(labelNames));
  saveWeights(run.weights, 'best', { model, epoch: 1, step: 1 });
  return run;
}
