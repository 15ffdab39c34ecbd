import type { ClassificationReport } from '../../metrics/classificationReport.ts';
import { grouped, span } from '../numbers.ts';
import type { RunStatus, RunView } from '../runView.ts';
import { decimal, percentage } from './figures.ts';
import { html, type Markup } from './markup.ts';

const statusText: Readonly<Record<RunStatus, string>> = {
  completed: 'completed',
  interrupted: 'interrupted',
  stopped: 'stopped early',
  nonFinite: 'stopped: the loss was not finite',
  unfinished: 'not finished',
};

/** What a run is, and how it did, in one glance. */
export function headline(run: RunView): Markup {
  const { experiment, epochs, status, pictures, started } = run;
  const data = experiment.table ?? experiment.data ?? experiment.dataset ?? 'pictures';
  const facts = [
    `${experiment.model} on ${data}`,
    // The experiment is that of the stage in work, whose epochs are its own.
    `${epochs.length} of ${started?.epochs ?? experiment.epochs} epochs`,
    statusText[status],
    `${grouped(pictures.trainCount)} pictures to learn from, ${grouped(pictures.validationCount)} to validate on`,
  ];
  return html`<p class="kind">Ocelli · training run</p>
    <h1>${run.name}</h1>
    <p class="soft">${facts.join(' · ')}</p>
    <dl class="figures">${figures(run)}</dl>`;
}

function figures(run: RunView): Markup[] {
  const { best, epochs, evaluation } = run;
  const validation = best?.validation;
  const reports = run.heads.flatMap(({ name }) => evaluation?.heads[name] ?? []);
  const seconds = epochs.at(-1)?.progress.seconds ?? run.steps.at(-1)?.seconds ?? 0;
  const several = reports.length > 1 ? 'mean over attributes, ' : '';
  return [
    figure(
      'Validation accuracy',
      percentage(validation?.accuracy),
      best ? `${several}epoch ${best.epoch}, the best` : 'no finished epoch yet',
    ),
    figure(
      'Majority baseline',
      percentage(mean(reports, (one) => one.majorityBaseline?.share)),
      'always the most frequent answer',
    ),
    figure(
      'Balanced accuracy',
      percentage(mean(reports, (one) => one.balancedAccuracy)),
      'mean over classes',
    ),
    figure('Validation loss', decimal(validation?.loss), best ? `epoch ${best.epoch}` : ''),
    ...Object.entries(validation?.metrics ?? {}).map(([name, value]) =>
      figure(name, decimal(value), `${several}epoch ${best?.epoch}`),
    ),
    figure(
      'Calibration error',
      percentage(mean(reports, (one) => one.calibrationError)),
      'confidence against accuracy',
    ),
    figure('Time', span(seconds), 'training and validation'),
  ];
}

/** One figure that is seen at once, with what it is. */
export function figure(name: string, value: string, note: string): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd><b>${value}</b><span class="small soft">${note}</span></dd>
  </div>`;
}

function mean(
  reports: readonly ClassificationReport[],
  of: (report: ClassificationReport) => number | null | undefined,
): number | null {
  const values = reports.map(of).filter((value) => typeof value === 'number');
  return values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length;
}
