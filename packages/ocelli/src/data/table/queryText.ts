import { optionError } from '@ocelli/torch';
import type { AttributeSchema } from '../attributeSchema.ts';
import { listOf } from './labelQuery.ts';
import type { LabelQuery, Wanted } from './labelQuery.ts';

// Queries as a person writes them: `bodypose = Back and emotion != Neutral | Happy`.
// A class that contains " and ", "|" or quotes stands in double quotes.

type AnyQuery = LabelQuery<AttributeSchema>;

/** Reads a query. @throws {OptionError} if it is none; names are checked when it is asked. */
export function parseQuery(text: string): AnyQuery {
  const query: Record<string, Wanted<string>> = {};
  for (const part of splitOutsideQuotes(text, ' and ')) {
    const [, name, sign, classes] = /^\s*(.+?)\s*(!=|=)\s*(.+?)\s*$/.exec(part) ?? [];
    if (name === undefined || classes === undefined) throw noQuery(text);
    if (name in query) throw optionError('query', name, 'named once', text);
    const wanted = splitOutsideQuotes(classes, '|').map(unquoted);
    query[name] = sign === '!=' ? { not: wanted } : wanted;
  }
  return query;
}

/** A query as a person writes it. */
export function queryText(query: AnyQuery): string {
  const conditions = Object.entries(query).map(([name, wanted = []]) => {
    const isNegated = typeof wanted === 'object' && 'not' in wanted;
    const classes = listOf(isNegated ? wanted.not : wanted).map(quoted);
    return `${name} ${isNegated ? '!=' : '='} ${classes.join(' | ')}`;
  });
  return conditions.join(' and ');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  // With the group in the pattern, every second piece is a quoted one.
  for (const [index, piece] of text.split(/("[^"]*")/).entries()) {
    const [first = '', ...rest] = index % 2 === 1 ? [piece] : piece.split(separator);
    parts.push((parts.pop() ?? '') + first, ...rest);
  }
  return parts;
}

/** @internal A class without the quotes it may stand in. */
export function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}

function quoted(label: string): string {
  return / and |[|"=]/.test(label) ? `"${label}"` : label;
}

function noQuery(text: string): Error {
  return optionError('query', 'text', 'like "bodypose = Back and emotion != Neutral"', text);
}
