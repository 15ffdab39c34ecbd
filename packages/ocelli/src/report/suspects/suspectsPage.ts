import type { HardCase } from '../../metrics/hardCases.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import { figure } from '../html/headline.ts';
import { html } from '../html/markup.ts';
import { pageOf } from '../html/shell.ts';
import { suspectTable } from '../html/suspectTable.ts';
import type { Thumbnails } from '../evaluation/thumbnails.ts';
import type { Head } from '../heads.ts';
import { grouped } from '../numbers.ts';

/** The labels of one head that are probably wrong, the clearest first. */
export interface HeadSuspects {
  readonly head: Head & Predictions;
  readonly suspects: readonly HardCase[];
}

export interface SuspectsPage {
  /** What was looked at. */
  readonly source: string;
  readonly folds: number;
  readonly heads: readonly HeadSuspects[];
  readonly nameOf: (index: number) => string;
  readonly thumbnails: Thumbnails;
  /** Rows of a table that are shown at most. */
  readonly shown: number;
}

/** Labels that are probably wrong, with their pictures: one page without network or script. */
export function suspectsPage({
  source,
  folds,
  heads,
  nameOf,
  thumbnails,
  shown,
}: SuspectsPage): string {
  const total = heads.reduce((sum, { suspects }) => sum + suspects.length, 0);
  const labels = heads.reduce((sum, { head }) => sum + labelled(head), 0);
  return pageOf({
    title: `${source}: label suspects`,
    header: html`<p class="kind">Ocelli · label suspects</p>
      <h1>${source}</h1>
      <p class="soft">
        Each picture was judged by a model that had not seen it: trained on ${folds - 1} of ${folds}
        parts. Look before changing anything: some are merely hard.
      </p>
      <dl class="figures">${figure('Suspects', grouped(total), `of ${grouped(labels)} labels`)}</dl>
      <nav>
        ${heads.map(({ head }, index) => html`<a href="#suspects-${index}">${head.name}</a>`)}
      </nav>`,
    main: html`${heads.map(
      ({ head, suspects }, index) =>
        html`<section id="suspects-${index}">
          <h2>${head.name}</h2>
          <p>
            ${
              suspects.length === 0
                ? 'No label stands out as wrong.'
                : `${grouped(suspects.length)} of ${grouped(labelled(head))} labels; the clearest ${Math.min(shown, suspects.length)}.`
            }
          </p>
          ${
            suspects.length > 0 &&
            suspectTable({
              classes: head.classes,
              suspects: suspects.slice(0, shown),
              nameOf,
              thumbnails,
            })
          }
        </section>`,
    )}`,
    footer:
      'Labels for which another class is as likely as it is for that class’s own pictures (confident learning).',
  });
}

function labelled({ labels }: Predictions): number {
  return labels.reduce((count, label) => (label === -1 ? count : count + 1), 0);
}
