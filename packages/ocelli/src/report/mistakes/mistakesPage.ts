import { fileNameOf } from '../fileName.ts';
import { percentage } from '../html/figures.ts';
import { figure } from '../html/headline.ts';
import { html, type Markup } from '../html/markup.ts';
import { pageOf } from '../html/shell.ts';
import { grouped } from '../numbers.ts';
import { type HeadMistakes, type Mistake, mistakesInWords } from './headMistakes.ts';

export interface MistakesPage {
  /** What the run is called. */
  readonly run: string;
  /** Which part of the data was looked at, in the user's words. */
  readonly split: string;
  readonly heads: readonly HeadMistakes[];
}

/** The wrong answers of a run and where it looked for them: one page without network or script. */
export function mistakesPage({ run, split, heads }: MistakesPage): string {
  const wrong = heads.reduce((sum, head) => sum + head.wrong, 0);
  const labelled = heads.reduce((sum, head) => sum + head.labelled, 0);
  return pageOf({
    title: `${run}: wrong answers`,
    header: html`<p class="kind">Ocelli · wrong answers</p>
      <h1>${run}</h1>
      <p class="soft">
        Pictures of the ${split} part, each beside a map of where the network looked for the answer
        it gave.
      </p>
      <dl class="figures">
        ${figure('Wrong answers', grouped(wrong), `of ${grouped(labelled)} labels`)}
      </dl>
      <nav>${heads.map(({ name }, index) => html`<a href="#head-${index}">${name}</a>`)}</nav>`,
    main: html`${heads.map(
      (head, index) =>
        html`<section id="head-${index}">
          <h2>${head.name}</h2>
          <p>${mistakesInWords(head)}</p>
          <ul class="mistakes">
            ${head.shown.map(item)}
          </ul>
        </section>`,
    )}`,
    footer: 'The answer stands first, then the label; each with its probability.',
  });
}

function item(mistake: Mistake): Markup {
  const { name, picture, map, answer, probability, label, labelProbability } = mistake;
  return html`<li>
    <img src="${picture}" alt="${name}" loading="lazy" /><img
      src="${map}"
      alt="Where the network looked"
      loading="lazy"
    />
    <b>${answer} ${percentage(probability)}</b
    ><span>not ${label}: ${percentage(labelProbability)}</span
    ><span title="${name}">${fileNameOf(name)}</span>
  </li>`;
}
