import path from 'node:path';
import { applyCorrectionRules, parseCorrectionRule } from '../data/table/correctionRules.ts';
import { matchingRows } from '../data/table/labelQuery.ts';
import type { AttributeTable } from '../data/table/attributeTable.ts';
import { foundPictures, pictureFacts } from '../data/table/pictureFacts.ts';
import { parseQuery, queryText } from '../data/table/queryText.ts';
import { readTable } from '../data/table/readTable.ts';
import { splitTable } from '../data/table/splitTable.ts';
import { tableFacts } from '../data/table/tableFacts.ts';
import { lonelyClasses } from '../data/table/tableWarnings.ts';
import { inspectionText } from '../report/inspectionText.ts';
import type { Inspection, QueryFacts } from '../report/inspectionText.ts';
import { exitCodes } from './exitCodes.ts';
import { columnOptions } from './tableOptions.ts';
import type { TableWords } from './tableOptions.ts';

export interface InspectCommandOptions extends TableWords {
  readonly images?: string;
  readonly correct?: readonly string[];
  readonly query?: readonly string[];
  readonly pictures?: boolean;
  readonly json?: boolean;
}

/** Says what is in a table of pictures and labels. @returns the exit code. */
export async function runInspect(file: string, options: InspectCommandOptions): Promise<number> {
  const { table: raw, ignored, twins } = await readTable(file, columnOptions(options));
  const rules = (options.correct ?? []).map(parseCorrectionRule);
  const { table, records } = applyCorrectionRules(raw, rules);
  const folder = options.images ?? path.dirname(file);
  const queries = (options.query ?? []).map((text) => queryFacts(table, text));
  const { train, validation } = splitTable(table);
  const inspection: Inspection = {
    ...tableFacts(table),
    ignored,
    pathsTwice: twins.length,
    pictures:
      options.pictures === true ? await pictureFacts(table, folder) : foundPictures(table, folder),
    corrections: records,
    queries,
    split: { train: train.length, validation: validation.length },
    warnings: lonelyClasses(table),
  };
  const text = options.json === true ? JSON.stringify(inspection) : inspectionText(inspection);
  process.stdout.write(`${text}\n`);
  return exitCodes.done;
}

/** Pictures of a query that are named, so that one can look at them. */
const EXAMPLES = 10;

function queryFacts(table: AttributeTable, text: string): QueryFacts {
  const query = parseQuery(text);
  const rows = matchingRows(table, query);
  const examples = Array.from(rows.slice(0, EXAMPLES), (row) => table.pathOf(row));
  return { query: queryText(query), rows: rows.length, examples };
}
