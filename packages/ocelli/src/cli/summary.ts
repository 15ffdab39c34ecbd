import { OptionError, optionError } from '@ocelli/torch';
import type { ModelAnswer } from '../models/catalog.ts';
import type { ClassCounts } from '../models/heads.ts';
import { classifierNames, personSystemNames } from '../models/modelNames.ts';
import { personHeads } from '../models/personHeads.ts';
import type { PictureShape } from '../models/trace.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodes } from './exitCodes.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface SummaryCommandOptions {
  readonly input?: string;
  readonly classes?: string;
  readonly heads?: string;
  readonly batch?: string;
  readonly trial?: string;
  readonly diagram?: string;
  readonly json?: boolean;
}

/**
 * Prints what a model consists of and costs, several models side by side, or the names of all.
 *
 * @returns the exit code.
 */
export async function runSummary(
  models: readonly string[],
  options: SummaryCommandOptions,
): Promise<number> {
  const [only, another] = models;
  if (only === undefined) process.stdout.write(namesText(options));
  else if (another === undefined) process.stdout.write(await textOf(only, options));
  else process.stdout.write(await comparison(models, options));
  return exitCodes.done;
}

/** @throws {OptionError} for options that say something of a model. */
function namesText({ json = false, ...ofModel }: SummaryCommandOptions): string {
  const given = Object.keys(ofModel).map(optionNameOf);
  if (given.length > 0) {
    throw new OptionError(`${where}: expected a model with ${given.join(', ')}, got none.`);
  }
  const names = { classifiers: classifierNames, personSystems: personSystemNames };
  if (json) return `${JSON.stringify(names)}\n`;
  const list = (title: string, those: readonly string[]): string =>
    [title, ...those.map((name) => `  ${name}`), ''].join('\n');
  const forPersons = list('Made for attributes of a person:', personSystemNames);
  return list('One label a picture, or several:', classifierNames) + forPersons;
}

async function textOf(name: string, options: SummaryCommandOptions): Promise<string> {
  const { diagram } = options;
  if (diagram !== undefined) {
    checkOutput(where, { name: '--diagram', file: diagram, kinds: ['.svg', '.png', '.html'] });
  }
  const { model, summary, cost } = await lookAt(name, options);
  if (diagram !== undefined) {
    const { input } = summary;
    const { writeDiagram } = await import('../report/diagram/writeDiagram.ts');
    await writeDiagram(diagram, model, { input, title: `${name}, ${input.join('×')}` });
  }
  const { costText } = await import('../report/modelCost.ts');
  const { summaryText } = await import('../report/summaryText.ts');
  return options.json === true
    ? `${JSON.stringify({ model: name, ...summary, cost })}\n`
    : `${summaryText(summary)}\n${costText(cost)}`;
}

async function comparison(
  names: readonly string[],
  options: SummaryCommandOptions,
): Promise<string> {
  if (options.diagram !== undefined) {
    throw optionError(where, '--diagram', 'left out with several models', options.diagram);
  }
  const models = [];
  for (const name of names) {
    const { summary, cost } = await lookAt(name, options);
    models.push({ model: name, summary, cost });
  }
  const { comparisonText } = await import('../report/modelCost.ts');
  if (options.json !== true) return comparisonText(models);
  const rows = models.map(({ model, summary: { layers: _, ...totals }, cost }) => {
    return { model, ...totals, cost };
  });
  return `${JSON.stringify(rows)}\n`;
}

/** A model of the catalog, its layers, and what training it takes here. */
async function lookAt(name: string, options: SummaryCommandOptions) {
  const input = pictureShape(options.input ?? '3x224x224');
  const batch = positiveInteger(where, '--batch', options.batch) ?? 32;
  const pictures = positiveInteger(where, '--trial', options.trial);
  const answer = answerOf(name, options);
  const { createModel } = await import('../models/catalog.ts');
  const { summarize } = await import('../models/summarize.ts');
  const { modelCost } = await import('../report/modelCost.ts');
  const model = createModel(name, answer);
  const summary = summarize(model, input);
  const available = process.availableMemory();
  if (pictures === undefined)
    return { model, summary, cost: modelCost(summary, { batch, available }) };
  const { tryTraining } = await import('../train/loop/stepTrial.ts');
  const trial = tryTraining(model.to({ memoryFormat: 'channelsLast' }), input, { batch });
  return { model, summary, cost: modelCost(summary, { batch, available, trial, pictures }) };
}

function pictureShape(text: string): PictureShape {
  const match = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (match !== null) return [Number(match[1]), Number(match[2]), Number(match[3])];
  throw optionError(where, '--input', 'channels, height and width such as 3x224x224', text);
}

const where = 'ocelli summary';

function answerOf(name: string, { classes, heads }: SummaryCommandOptions): ModelAnswer {
  const numClasses = positiveInteger(where, '--classes', classes);
  if (numClasses !== undefined && heads !== undefined) {
    throw optionError(where, '--classes', 'left out with --heads', numClasses);
  }
  if (heads !== undefined) return { heads: headsOf(heads) };
  const isForPersons = personSystemNames.some((one) => one === name);
  if (numClasses === undefined && isForPersons) return { heads: personHeads };
  return { numClasses: numClasses ?? 10 };
}

function headsOf(text: string): ClassCounts {
  const pairs = text.split(',').map((pair): [string, number] => {
    const [, name = '', classes = ''] = /^(.+)=([1-9]\d*)$/.exec(pair) ?? [];
    if (name !== '') return [name, Number(classes)];
    throw optionError(where, '--heads', 'name=classes,name=classes,...', text);
  });
  return Object.fromEntries(pairs);
}
