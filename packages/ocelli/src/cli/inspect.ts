import { OptionError } from '@ocelli/torch';
import { lookAtPictures } from '../data/look/lookAtPictures.ts';
import type { PictureLooks } from '../data/look/lookAtPictures.ts';
import { holdsClasses, openForLook } from '../data/look/openForLook.ts';
import type { LookedAt } from '../data/look/openForLook.ts';
import type { AttributeTable } from '../data/table/attributeTable.ts';
import { applyCorrectionRules, parseCorrectionRule } from '../data/table/correctionRules.ts';
import { matchingRows } from '../data/table/labelQuery.ts';
import { parseQuery, queryText } from '../data/table/queryText.ts';
import { applyCorrections } from '../data/table/applyCorrections.ts';
import { refuseExisting, writeNew } from '../data/table/newFile.ts';
import { contradictingRows } from '../data/table/contradictingRows.ts';
import { splitTable } from '../data/table/splitTable.ts';
import { tableFacts } from '../data/table/tableFacts.ts';
import { lonelyClasses, lookalikeClasses } from '../data/table/tableWarnings.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { balancedClasses } from '../report/inspection/balancedClasses.ts';
import { drawInspection } from '../report/inspection/drawInspection.ts';
import type { NamedRows } from '../report/inspection/inspectedPage.ts';
import { tableGrid } from '../report/inspection/tableGrid.ts';
import { grouped } from '../report/numbers.ts';
import { inspectionText } from '../report/inspectionText.ts';
import type { Inspection, PictureCounts } from '../report/inspectionText.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { writeDurably } from '../train/runFolder/durableFile.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodes } from './exitCodes.ts';
import { columnOptions } from './tableOptions.ts';
import type { TableWords } from './tableOptions.ts';

export interface InspectCommandOptions extends TableWords {
  readonly images?: string;
  readonly correct?: readonly string[];
  readonly query?: readonly string[];
  readonly pictures?: boolean;
  readonly html?: string;
  readonly balance?: string;
  readonly oversample?: readonly string[];
  readonly grid?: string;
  readonly apply?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const where = 'ocelli inspect';

/** Says what is in a table of pictures and labels, and draws it. @returns the exit code. */
export async function runInspect(file: string, options: InspectCommandOptions): Promise<number> {
  refuseUnread(options);
  if (holdsClasses(file)) refuseOfTables(options);
  checkOutputs(options);
  if (options.apply !== undefined) return applyFile(file, options.apply, options);
  const { images } = options;
  const looked = await openForLook(file, {
    ...columnOptions(options),
    ...(images !== undefined && { images }),
  });
  const rules = (options.correct ?? []).map(parseCorrectionRule);
  const { table, records } = applyCorrectionRules(looked.table, rules);
  const queries = (options.query ?? []).map((text) => rowsOf(table, text));
  const contradictions = contradictingRows(looked.table, rules);
  const balanced = balancedClasses(table, options); // refuses wrong options before the long work
  const needsLooks = options.pictures === true || options.html !== undefined;
  const looks = needsLooks ? await look(looked) : undefined;
  const inspection: Inspection = {
    ...factsOf(looked, table),
    pictures: countsOf(looked, looks),
    corrections: records,
    queries: queries.map(({ title, rows }) => queryFacts(table, title, rows)),
  };
  const written: string[] = [];
  if (options.html !== undefined && looks !== undefined) {
    const labels = { table, uncorrected: looked.table };
    const parts = { inspection, ...labels, looks, balanced, queries, contradictions };
    writeDurably(options.html, await drawInspection(looked.supply, parts));
    written.push(options.html);
  }
  if (options.grid !== undefined) {
    writeDurably(options.grid, await tableGrid(looked.supply, { table, lists: queries }));
    written.push(options.grid);
  }
  const text = options.json === true ? JSON.stringify(inspection) : inspectionText(inspection);
  const lines = options.json === true ? [] : written.map((path) => `written: ${path}\n`);
  process.stdout.write(`${text}\n${lines.join('')}`);
  return exitCodes.done;
}

/** Writes the corrected table; nothing else is said about it. */
async function applyFile(
  file: string,
  corrections: string,
  options: InspectCommandOptions,
): Promise<number> {
  const { out = 'corrected.csv' } = options;
  refuseExisting(out);
  const { csv, changed, already } = await applyCorrections(
    file,
    corrections,
    columnOptions(options),
  );
  writeNew(out, csv);
  const before = already === 0 ? '' : `, ${grouped(already)} stood there already`;
  process.stdout.write(`${grouped(changed)} labels changed${before}\nwritten: ${out}\n`);
  return exitCodes.done;
}

function checkOutputs({ html, grid, out }: InspectCommandOptions): void {
  if (html !== undefined) checkOutput(where, { name: '--html', file: html });
  if (grid !== undefined) checkOutput(where, { name: '--grid', file: grid, kinds: ['.png'] });
  if (out !== undefined) checkOutput(where, { name: '--out', file: out });
}

/** @throws {OptionError} for options of the page without one, and those that --apply does not read. */
function refuseUnread(options: InspectCommandOptions): void {
  const { html, balance, oversample, apply, out } = options;
  if (apply === undefined) {
    refuse({ out }, 'without --apply, the table it names');
    if (html === undefined) refuse({ balance, oversample }, 'without --html, the page it changes');
    return;
  }
  const { images, correct, query, pictures, grid, json } = options;
  const ofLooking = { images, correct, query, pictures, html, balance, oversample, grid, json };
  refuse(ofLooking, 'with --apply, which only writes a table');
}

/** @throws {OptionError} for options that are about a table. */
function refuseOfTables({ images, imageColumn, attributes, ignore }: InspectCommandOptions): void {
  const reason = 'with a folder or archive, which has no columns of paths or labels';
  refuse({ images, imageColumn, attributes, ignore }, reason);
}

/** @throws {OptionError} if one of the options is given; those that may be given again are lists. */
function refuse(options: Readonly<Record<string, unknown>>, reason: string): void {
  const given = Object.entries(options).flatMap(([name, value]) => {
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined;
    return isGiven ? [optionNameOf(name)] : [];
  });
  if (given.length === 0) return;
  throw new OptionError(`${where}: expected no ${given.join(', ')} ${reason}.`);
}

async function look({ supply, table }: LookedAt): Promise<PictureLooks> {
  const reporter = dataReporter(process.stderr);
  const total = table.length - supply.missing.length;
  try {
    return await lookAtPictures(supply, table.length, (done) => reporter.onLook({ done, total }));
  } finally {
    reporter.end();
  }
}

function factsOf({ ignored, pathsTwice }: LookedAt, table: AttributeTable) {
  const { train, validation } = splitTable(table);
  return {
    ...tableFacts(table),
    ignored,
    pathsTwice,
    split: { train: train.length, validation: validation.length },
    warnings: [...lonelyClasses(table), ...lookalikeClasses(table)],
  };
}

function countsOf({ table, supply }: LookedAt, looks: PictureLooks | undefined): PictureCounts {
  const missing = supply.missing.length;
  if (looks === undefined) return { found: table.length - missing, missing };
  const later = (groups: readonly (readonly number[])[]): number =>
    groups.reduce((sum, group) => sum + group.length - 1, 0);
  return {
    found: looks.found,
    missing,
    unreadable: looks.unreadable.length,
    copies: later(looks.copies),
    nearCopies: later(looks.nearCopies),
    dark: looks.dark.length,
    bright: looks.bright.length,
    blurred: looks.blurred.length,
    sizes: looks.sizes,
  };
}

function rowsOf(table: AttributeTable, text: string): NamedRows {
  const query = parseQuery(text);
  return { title: queryText(query), rows: Array.from(matchingRows(table, query)) };
}

/** Pictures of a query that are named, so that one can look at them. */
const EXAMPLES = 10;

function queryFacts(table: AttributeTable, query: string, rows: readonly number[]) {
  const examples = rows.slice(0, EXAMPLES).map((row) => table.pathOf(row));
  return { query, rows: rows.length, examples };
}
