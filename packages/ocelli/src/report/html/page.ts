import { headCurves, runCurves } from '../charts/curves.ts';
import { lineChart, type LineChart } from '../charts/lineChart.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { RunView } from '../runView.ts';
import { chart, decimal, percentage } from './figures.ts';
import { headline } from './headline.ts';
import { headSection } from './headSection.ts';
import { html, type Markup } from './markup.ts';
import {
  dataTable,
  environmentTable,
  epochTable,
  settingsTable,
  timeTable,
  transformTable,
  warningList,
} from './recordSections.ts';
import { pageOf } from './shell.ts';

export interface PageParts {
  readonly run: RunView;
  /** The first training batch as a `data:` URI; absent where none was drawn. */
  readonly batch: string | undefined;
  /** The first pictures of the part that is validated on, likewise. */
  readonly validation: string | undefined;
}

/** The whole report: one page that needs no other file, no network and no script. */
export function reportPage({ run, batch, validation }: PageParts): string {
  return pageOf({
    title: run.name,
    header: html`${headline(run)}${contents(run)}`,
    main: html`<h2 id="diagnosis">Diagnosis</h2>
      ${diagnosis(run)}
      <h2 id="curves">Curves</h2>
      ${curves(run)} ${evaluated(run)}
      ${
        batch !== undefined &&
        html`<h2 id="batches">First training batch</h2>
          <p class="soft small">After augmentation, as the network sees it.</p>
          <img
            class="batch"
            src="${batch}"
            alt="Pictures of the first training batch with their labels"
          />`
      }
      ${
        validation !== undefined &&
        html`<h2 id="validation">What it is measured on</h2>
          <p class="soft small">As stored. The same split shows the same pictures.</p>
          <img
            class="batch"
            src="${validation}"
            alt="The first pictures of the validation part with names and labels"
          />`
      }
      ${transformTable(run)}
      <h2 id="epochs">Epochs</h2>
      ${epochTable(run)}
      <h2 id="time">Time</h2>
      ${timeTable(run)}
      <h2 id="settings">Settings</h2>
      ${settingsTable(run)}
      <h2 id="data">Data and network</h2>
      ${dataTable(run)}
      <h2 id="machine">Machine</h2>
      ${environmentTable(run)} ${warningList(run)}`,
    footer: 'Drawn from the files of the run folder alone.',
  });
}

function contents({ heads, evaluation }: RunView): Markup {
  const own = evaluation
    ? heads.map(
        ({ name }, index) =>
          html`<a href="#head-${index}">${heads.length === 1 ? 'Classes' : name}</a>`,
      )
    : [];
  return html`<nav>
    <a href="#diagnosis">Diagnosis</a><a href="#curves">Curves</a>${own}<a href="#epochs">Epochs</a
    ><a href="#time">Time</a><a href="#settings">Settings</a><a href="#data">Data</a
    ><a href="#machine">Machine</a>
  </nav>`;
}

function diagnosis(run: RunView): Markup {
  const findings = diagnose(run);
  if (findings.length === 0) {
    return html`<p>
      ${run.epochs.length === 0 ? 'No epoch is finished yet.' : 'Nothing stands out.'}
    </p>`;
  }
  return html`<div class="findings">
    ${findings.map(
      ({ title, text, command }) =>
        html`<div class="finding">
          <h3>${title}</h3>
          <p>${text}</p>
          ${command !== undefined && html`<pre>${command}</pre>`}
        </div>`,
    )}
  </div>`;
}

function curves(run: RunView): Markup {
  const figure = (one: LineChart): Markup => chart(lineChart(one), `${one.title} over the epochs`);
  const ofHeads = run.heads.map(({ name }, index) => headCurves(run, name, `h${index}`));
  const own = ofHeads.flat();
  const columns = (ofHeads[0]?.length ?? 0) % 2 === 0 ? 'charts pairs' : 'charts'; // an attribute a row
  return html`<div class="charts">${runCurves(run).map(figure)}</div>
    ${
      own.length > 0 &&
      html`<h3>Each attribute</h3>
        <div class="${columns}">${own.map(figure)}</div>`
    }`;
}

function evaluated(run: RunView): Markup {
  const { evaluation, heads } = run;
  if (evaluation === undefined) {
    return html`<h2 id="evaluation">Evaluation</h2>
      <p class="soft">
        No weights have been evaluated yet: that happens when the run ends.
        <code>npx ocelli report RUN --evaluate</code> does it now.
      </p>`;
  }
  return html`${heads.length > 1 && headTable(run)}${heads.map((_, index) => headSection(evaluation, index))}`;
}

function headTable({ heads, evaluation, best }: RunView): Markup {
  const metrics = Object.keys(best?.validation?.metrics ?? {});
  const rows = heads.map(({ name, classes }, index) => {
    const report = evaluation?.heads[name];
    const baseline = report?.majorityBaseline;
    return html`<tr>
      <td><a href="#head-${index}">${name}</a></td>
      <td class="n">${classes.length}</td>
      <td class="n">${report?.labelled}</td>
      <td class="n">${percentage(report?.accuracy)}</td>
      <td class="n">${percentage(baseline?.share)}</td>
      <td class="n">${percentage(report?.balancedAccuracy)}</td>
      <td class="n">${decimal(report?.loss)}</td>
      <td class="n">${percentage(report?.calibrationError)}</td>
      ${metrics.map(
        (metric) =>
          html`<td class="n">
            ${decimal(best?.validation?.attributes?.[name]?.metrics?.[metric])}
          </td>`,
      )}
    </tr>`;
  });
  return html`<h2 id="evaluation">Attributes</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>attribute</th>
            <th class="n">classes</th>
            <th class="n">labelled</th>
            <th class="n">accuracy</th>
            <th class="n">baseline</th>
            <th class="n">balanced</th>
            <th class="n">loss</th>
            <th class="n">calibration</th>
            ${metrics.map((metric) => html`<th class="n">${metric}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
