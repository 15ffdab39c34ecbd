import { checkDevice, getNumThreads, OptionError, setNumThreads } from '@ocelli/torch';
import { correctionsCsv } from '../data/table/correctionsFile.ts';
import { refuseExisting, writeNew } from '../data/table/newFile.ts';
import { labelSuspects } from '../metrics/hardCases.ts';
import { warnOfLeftOut } from '../experiments/leftOut.ts';
import { refuseMisfits } from '../experiments/refuseMisfits.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { thumbnailsOf } from '../report/evaluation/thumbnails.ts';
import { grouped } from '../report/numbers.ts';
import { outOfFold } from '../report/suspects/outOfFold.ts';
import { type HeadSuspects, suspectsPage } from '../report/suspects/suspectsPage.ts';
import { textTable } from '../report/table.ts';
import { writeDurably } from '../train/runFolder/durableFile.ts';
import { type Experiment, resolveExperiment } from '../train/experiment/experiment.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { openWholeData, type WholeData } from '../train/runData/wholeData.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodes } from './exitCodes.ts';
import { readExperimentFile } from './experimentFile.ts';
import { positiveInteger } from './positiveInteger.ts';
import { settingsAmong } from './settingOptions.ts';

/** Options of `ocelli suspects`; the settings of an experiment are among them. */
export interface SuspectsOptions extends Readonly<Record<string, unknown>> {
  readonly folds: string;
  readonly out: string;
  readonly html?: string;
}

const where = 'ocelli suspects';

/**
 * Trains an experiment once a fold and lists the labels that the others' model finds wrong, as CSV and
 * as a page.
 *
 * @returns the exit code.
 */
export async function runSuspects(
  file: string | undefined,
  options: SuspectsOptions,
): Promise<number> {
  const settings = {
    ...(file !== undefined && (await readExperimentFile(file)).content),
    ...settingsAmong(options),
  };
  const names = file === undefined ? { where, nameOf: optionNameOf } : { where: file };
  const experiment = resolveExperiment(settings, names);
  refuseChanges(experiment);
  checkDevice(where, experiment.device);
  const folds = positiveInteger(where, '--folds', options.folds) ?? 2;
  checkOutput(where, { name: '--out', file: options.out });
  if (options.html !== undefined) checkOutput(where, { name: '--html', file: options.html });
  refuseExisting(options.out);
  setNumThreads(experiment.threads ?? getNumThreads());
  const data = await open(experiment);
  refuseMisfits(experiment, { data: { ...data, train: data.dataset }, metrics: [] }, where);
  const heads = await suspectsOf(experiment, data, folds);
  writeNew(options.out, csvOf(heads, data));
  if (options.html !== undefined) writeDurably(options.html, await page({ heads, data, folds }));
  const written = [options.out, ...(options.html === undefined ? [] : [options.html])];
  process.stdout.write(`${told(heads)}written: ${written.join(', ')}\n`);
  return exitCodes.done;
}

/**
 * Corrections would not fit a table that they were not applied to, copies share a picture, and what needs
 * an evaluation after each epoch, or a run folder, has none here.
 */
function refuseChanges(experiment: Experiment): void {
  const { corrections, oversampling, stages, patience, budgetMinutes, budgetSamples } = experiment;
  const { startFrom, metrics, findLr, validationShare, testShare } = experiment;
  refuseGiven({ corrections, oversampling }, 'the labels are judged as they stand in the table');
  refuseGiven({ validationShare, testShare }, 'every label is judged, in folds');
  refuseGiven({ startFrom }, 'weights that have seen the labels cannot judge them');
  const flags = {
    autoBatch: experiment.autoBatch || null,
    fastDevRun: experiment.fastDevRun || null,
    overfitBatch: experiment.overfitBatch || null,
  };
  const unread = { stages, patience, budgetMinutes, budgetSamples, metrics, findLr, ...flags };
  refuseGiven(unread, 'every fold is trained in one piece, to its last epoch');
}

function refuseGiven(settings: Readonly<Record<string, unknown>>, reason: string): void {
  const [first] = Object.entries(settings).filter(([, value]) => value !== null);
  if (first === undefined) return;
  throw new OptionError(`${where}: expected no ${optionNameOf(first[0])}: ${reason}.`);
}

async function open(experiment: Experiment): Promise<WholeData> {
  const reporter = dataReporter(process.stderr);
  try {
    const data = await openWholeData(experiment, reporter.listeners);
    reporter.end();
    warnOfLeftOut(data.skipped, data.dataset.length + data.skipped.length);
    return data;
  } finally {
    reporter.end();
  }
}

async function suspectsOf(
  experiment: Experiment,
  data: WholeData,
  folds: number,
): Promise<HeadSuspects[]> {
  const answers = await outOfFold(experiment, data, {
    folds,
    listenTo: (fold) => [
      (event) => {
        if (event.type !== 'epochEnded') return;
        const { epoch, epochs, train } = event;
        const loss = train.loss === null ? '' : `, train loss ${train.loss.toFixed(4)}`;
        process.stderr.write(`fold ${fold + 1}/${folds}, epoch ${epoch}/${epochs}${loss}\n`);
      },
    ],
  });
  return answers.map((head) => ({ head, suspects: labelSuspects(head) }));
}

/** Attribute by attribute, the clearest first. */
function csvOf(heads: readonly HeadSuspects[], { nameOf }: WholeData): string {
  return correctionsCsv(
    heads.flatMap(({ head, suspects }) =>
      suspects.map((one) => ({
        picture: nameOf(one.index),
        attribute: head.name,
        label: head.classes[one.label] ?? '',
        proposed: head.classes[one.predicted] ?? '',
        labelProbability: one.labelProbability,
        proposedProbability: one.predictedProbability,
      })),
    ),
  );
}

/** Suspects of each attribute that the page shows. */
const shown = 60;

async function page(parts: {
  readonly heads: readonly HeadSuspects[];
  readonly data: WholeData;
  readonly folds: number;
}): Promise<string> {
  const { heads, data, folds } = parts;
  const indices = heads.flatMap(({ suspects }) => suspects.slice(0, shown).map((one) => one.index));
  const thumbnails = await thumbnailsOf(data.dataset, indices);
  const { source, nameOf } = data;
  return suspectsPage({ source, folds, heads, nameOf, thumbnails, shown });
}

const columns = [
  { head: 'attribute', align: 'left' },
  { head: 'labels', align: 'right' },
  { head: 'suspects', align: 'right' },
] as const;

function told(heads: readonly HeadSuspects[]): string {
  const rows = heads.map(({ head, suspects }) => {
    const labelled = head.labels.filter((label) => label !== -1).length;
    return [head.name, grouped(labelled), grouped(suspects.length)];
  });
  return textTable(columns, rows);
}
