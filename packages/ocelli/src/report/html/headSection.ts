import { calibrationBins } from '../../metrics/calibration.ts';
import type { ClassificationReport } from '../../metrics/classificationReport.ts';
import type { ClassFigures } from '../../metrics/confusion.ts';
import { type HardCase, labelSuspects, worstCases } from '../../metrics/hardCases.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import { calibrationChart } from '../charts/calibrationChart.ts';
import { confusionChart } from '../charts/confusionChart.ts';
import type { StoredEvaluation } from '../evaluation/evaluation.ts';
import { shownCases } from '../evaluation/shownCases.ts';
import { fileNameOf } from '../fileName.ts';
import type { Head } from '../heads.ts';
import { grouped } from '../numbers.ts';
import { chart, decimal, percentage } from './figures.ts';
import { html, type Markup } from './markup.ts';
import { suspectTable } from './suspectTable.ts';

/** How one attribute (or the only label) is told: confusion, classes, calibration, hard cases. */
export function headSection(evaluation: StoredEvaluation, index: number): Markup {
  const head = evaluation.table.heads[index];
  const calibrated = evaluation.calibrated[index];
  const report = head && evaluation.heads[head.name];
  if (head === undefined || calibrated === undefined || report === undefined) {
    throw new Error(`internal: no head ${index}`);
  }
  const isAlone = evaluation.table.heads.length === 1;
  const of = isAlone ? '' : ` of ${head.name}`;
  const confusion = confusionChart({
    id: `k${index}`,
    title: `Confusion${of}`,
    classes: head.classes,
    confusion: report.confusion,
  });
  const calibration = calibrationChart({
    id: `b${index}`,
    title: `Calibration${of}`,
    bins: calibrationBins(head),
  });
  const cases = { head: calibrated, suspects: labelSuspects(calibrated) };
  return html`<section id="head-${index}">
    <h2>${isAlone ? 'Classes' : head.name}</h2>
    <p>${summary(report)}</p>
    <div class="split">
      <div class="matrix">${chart(confusion, `Confusion matrix${of}`)}</div>
      <div>
        ${classTable(report.perClass)}
        <div style="max-width:420px;margin-top:24px">
          ${chart(calibration, `Reliability diagram${of}`)}
        </div>
      </div>
    </div>
    ${worst(evaluation, cases)} ${suspectList(evaluation, cases)}
  </section>`;
}

function summary(report: ClassificationReport): string {
  const { labelled, count, accuracy, majorityBaseline, balancedAccuracy, loss, calibrationError } =
    report;
  const baseline = majorityBaseline
    ? ` (always ${majorityBaseline.label}: ${percentage(majorityBaseline.share)})`
    : '';
  return `Accuracy ${percentage(accuracy)}${baseline}, balanced ${percentage(balancedAccuracy)}, loss ${decimal(loss)}, calibration error ${percentage(calibrationError)}. Labelled: ${grouped(labelled)} of ${grouped(count)}.`;
}

function classTable(perClass: readonly ClassFigures[]): Markup {
  const share = (value: number | null): Markup =>
    html`<td class="n share" style="--v:${value ?? 0}">${percentage(value)}</td>`;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>class</th>
          <th class="n">pictures</th>
          <th class="n">precision</th>
          <th class="n">recall</th>
          <th class="n">F1</th>
        </tr>
      </thead>
      <tbody>
        ${perClass.map(
          ({ label, support, precision, recall, f1 }) =>
            html`<tr>
              <td>${label}</td>
              <td class="n">${grouped(support)}</td>
              ${share(precision)}${share(recall)}${share(f1)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

interface HeadCases {
  /** With the probabilities of `ocelli predict`. */
  readonly head: Head & Predictions;
  readonly suspects: readonly HardCase[];
}

function worst(evaluation: StoredEvaluation, { head, suspects }: HeadCases): Markup {
  const cases = worstCases(head);
  if (cases.length === 0) {
    return html`<h3>Worst cases</h3>
      <p class="soft">Every labelled picture was told right.</p>`;
  }
  const suspicious = new Set(suspects.map((one) => one.index));
  const items = cases.slice(0, shownCases).map((one) => {
    const name = evaluation.table.names[one.index] ?? '';
    return html`<li>
      ${picture(evaluation, one)}${mapOf(evaluation, head.name, one)}<b
        >${head.classes[one.predicted]}</b
      ><span>not ${head.classes[one.label]}: ${percentage(one.labelProbability)}</span
      >${suspicious.has(one.index) && html`<span class="mark">label suspect</span>`}<span
        title="${name}"
        >${fileNameOf(name)}</span
      >
    </li>`;
  });
  const hasMaps = evaluation.maps[head.name] !== undefined;
  return html`<h3>Worst cases</h3>
    <p class="soft small">
      The ${items.length} of ${grouped(cases.length)} wrong answers whose label was thought least
      likely: the answer, then the label with its
      probability.${hasMaps && ' Below each picture is where the network looked for its answer.'}
    </p>
    <ul class="cases">
      ${items}
    </ul>`;
}

function suspectList(evaluation: StoredEvaluation, { head, suspects }: HeadCases): Markup {
  const { table, thumbnails, split } = evaluation;
  if (suspects.length === 0) {
    return html`<h3>Label suspects</h3>
      <p class="soft">No label stands out as wrong.</p>`;
  }
  const shown = suspects.slice(0, shownCases);
  const nameOf = (row: number): string => table.names[row] ?? '';
  return html`<h3>Label suspects</h3>
    <p class="soft small">
      ${grouped(suspects.length)} pictures of the ${split} part for which another class is as likely
      as it is for that class's own pictures; the clearest ${shown.length}. Look before changing
      anything: some are merely hard.
    </p>
    ${suspectTable({ classes: head.classes, suspects: shown, nameOf, thumbnails })}`;
}

function picture({ thumbnails, table }: StoredEvaluation, { index }: HardCase): Markup | undefined {
  const uri = thumbnails[index];
  if (uri === undefined) return undefined;
  return html`<img src="${uri}" alt="${table.names[index]}" loading="lazy" />`;
}

function mapOf({ maps }: StoredEvaluation, head: string, { index }: HardCase): Markup | undefined {
  const uri = maps[head]?.[index];
  if (uri === undefined) return undefined;
  return html`<img class="map" src="${uri}" alt="Where the network looked" loading="lazy" />`;
}
