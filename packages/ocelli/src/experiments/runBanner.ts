import { headsOf, type LabelNames } from '../data/labelNames.ts';
import { grouped } from '../report/numbers.ts';
import type { Experiment } from '../train/experiment.ts';
import type { RunData } from '../train/runData.ts';

/** What stands above a run: its folder, its model, its pictures, where it is computed. */
export function runBanner(folder: string, experiment: Experiment, data: RunData): string[] {
  const { model, device, threads, batchSize } = experiment;
  const { trainCount, validationCount, labelNames, width, height } = data.facts;
  const counts = `${grouped(trainCount)} train, ${grouped(validationCount)} ${data.validation.split}`;
  const place = device === 'cpu' ? `cpu, ${threads} threads` : device;
  return [
    folder,
    `pictures: ${counts}, ${width}x${height}, ${labelsLine(labelNames)}`,
    `model: ${model}, batches of ${batchSize}, ${place}`,
  ];
}

function labelsLine(names: LabelNames): string {
  const heads = headsOf(names);
  if (heads[0]?.attribute === undefined) return `${grouped(heads[0]?.classes.length ?? 0)} classes`;
  return heads.map(({ attribute, classes }) => `${attribute} (${classes.length})`).join(', ');
}
