import { headsOf, type LabelNames } from '../data/labelNames.ts';
import { grouped } from '../report/numbers.ts';
import { shapesLine } from '../report/shapesLine.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import type { RunData } from '../train/runData/runData.ts';

/**
 * What stands above a run: its folder, its pictures, the ends of the part it is measured on, its model, where
 * it is computed.
 */
export function runBanner(folder: string, experiment: Experiment, data: RunData): string[] {
  const { model, device, threads, batchSize } = experiment;
  const { trainCount, validationCount, labelNames, width, height } = data.facts;
  const { split, dataset } = data.validation;
  const counts = `${grouped(trainCount)} train, ${grouped(validationCount)} ${split}`;
  const place = device === 'cpu' ? `cpu, ${threads} threads` : device;
  return [
    folder,
    `pictures: ${counts}, ${width}x${height}, ${labelsLine(labelNames)}`,
    `${split}: ${dataset.nameOf(0)} to ${dataset.nameOf(dataset.length - 1)}; ${shapesLine(batchSize, data.facts)}`,
    `model: ${model}, batches of ${batchSize}, ${place}`,
  ];
}

function labelsLine(names: LabelNames): string {
  const heads = headsOf(names);
  if (heads[0]?.attribute === undefined) return `${grouped(heads[0]?.classes.length ?? 0)} classes`;
  return heads.map(({ attribute, classes }) => `${attribute} (${classes.length})`).join(', ');
}
