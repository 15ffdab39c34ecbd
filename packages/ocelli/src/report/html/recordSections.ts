import { sum } from '../../metrics/ratio.ts';
import { settingEntries } from '../../train/experiment/checkedSettings.ts';
import type { StoredEvent } from '../../train/record/eventLog.ts';
import type { EvaluationEnded } from '../../train/record/events.ts';
import { grouped, perStep, span } from '../numbers.ts';
import type { RunView } from '../runView.ts';
import { decimal, facts, percentage } from './figures.ts';
import { html, type Markup } from './markup.ts';

/** One row for each epoch, with what it took. */
export function epochTable({ epochs, best }: RunView): Markup {
  const rows = epochs.map(({ epoch, train, validation, lr, progress }, index) => {
    const took = progress.seconds - (epochs[index - 1]?.progress.seconds ?? 0);
    const isBest = epoch === best?.epoch;
    return html`<tr${isBest && html` class="changed"`}><td class="n">${epoch}</td><td class="n">${decimal(train.loss)}</td><td class="n">${percentage(train.accuracy)}</td><td class="n">${decimal(validation?.loss)}</td><td class="n">${percentage(validation?.accuracy)}</td><td class="n">${Number(lr.toPrecision(4))}</td><td class="n">${span(took)}</td></tr>`;
  });
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th class="n">epoch</th>
          <th class="n">training loss</th>
          <th class="n">accuracy</th>
          <th class="n">validation loss</th>
          <th class="n">accuracy</th>
          <th class="n">rate at its end</th>
          <th class="n">took</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** Where the time went. */
export function timeTable(run: RunView): Markup {
  const { epochs, events, steps, started } = run;
  const seconds = epochs.at(-1)?.progress.seconds ?? steps.at(-1)?.seconds ?? 0;
  const evaluating = sum(evaluationsOf(events).map(({ took }) => took));
  const training = Math.max(0, seconds - evaluating);
  const made = epochs.at(-1)?.progress.step ?? steps.at(-1)?.step ?? 0;
  const pictures = (made / (started?.stepsPerEpoch ?? 1)) * (started?.trainCount ?? 0);
  const rate = training > 0 ? `${grouped(Math.round(pictures / training))} pictures a second` : '–';
  return facts([
    ['in all', span(seconds)],
    [
      'training',
      training > 0 && made > 0 ? `${span(training)}, ${perStep(training / made)}, ${rate}` : '–',
    ],
    ['validation', span(evaluating)],
    ['began', events[0]?.time ?? '–'],
    ['last event', events.at(-1)?.time ?? '–'],
  ]);
}

/** As with epochs, those that a resumed run made again count as they were made the last time. */
function evaluationsOf(events: readonly StoredEvent[]): EvaluationEnded[] {
  let evaluations: EvaluationEnded[] = [];
  for (const event of events) {
    if (event.type === 'runStarted') {
      evaluations = evaluations.filter(({ epoch }) => epoch < event.from.epoch);
    }
    if (event.type === 'evaluationEnded') evaluations.push(event);
  }
  return evaluations;
}

/** How many pictures of the last epoch each transform changed; nothing where none were counted. */
export function transformTable({ epochs }: RunView): Markup | false {
  const counts = Object.entries(epochs.at(-1)?.transforms ?? {});
  if (counts.length === 0) return false;
  const rows = counts.map(([name, { seen, changed }]): [string, string] => [
    name,
    `changed ${grouped(changed)} of ${grouped(seen)} pictures (${percentage(changed / seen)})`,
  ]);
  return html`<h2 id="transforms">Transforms</h2>
    <p class="soft small">In the last epoch.</p>
    ${facts(rows)}`;
}

/** Every setting of the run, and what each does. */
export function settingsTable({ experiment }: RunView): Markup {
  const help = new Map<string, string>(
    settingEntries().map(([name, setting]) => [name, setting.help]),
  );
  const rows = Object.entries(experiment).map(
    ([name, value]) =>
      html`<tr>
        <td>${name}</td>
        <td class="name">${settingText(value)}</td>
        <td class="help soft small">${help.get(name)}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table class="set">
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function settingText(value: unknown): string {
  if (value === null) return 'not in use';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The pictures and the network, as the run met them. */
export function dataTable({ pictures, started, heads, evaluation }: RunView): Markup {
  const { height, width, mean, std, trainCount, validationCount } = pictures;
  const channels = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(2)).join(', ');
  return facts([
    ['stored size', `${width} x ${height} pixels`],
    ['mean (red, green, blue)', channels(mean)],
    ['deviation', channels(std)],
    [
      'pictures',
      `${grouped(trainCount)} to learn from, ${grouped(validationCount)} to validate on`,
    ],
    ...heads.map(({ name, classes }): [string, string] => [
      heads.length === 1 ? `${classes.length} classes` : `${name}, ${classes.length} classes`,
      classes.join(', '),
    ]),
    [
      'numbers of the network',
      started
        ? `${grouped(started.parameters.total)}, ${grouped(started.parameters.trainable)} of them learned`
        : '–',
    ],
    [
      'evaluated weights',
      evaluation
        ? `${evaluation.weights}, of epoch ${evaluation.epoch}, on the ${evaluation.split} part`
        : 'none yet',
    ],
  ]);
}

/** What a result depends on besides the experiment. */
export function environmentTable({ environment }: RunView): Markup {
  if (environment === undefined) return html`<p class="soft">Not on record.</p>`;
  return facts(
    Object.entries(environment).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

/** Warnings on record, each once. */
export function warningList({ events }: RunView): Markup | undefined {
  const messages = new Set(
    events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
  );
  if (messages.size === 0) return undefined;
  return html`<h2 id="warnings">Warnings</h2>
    <ul>
      ${[...messages].map((message) => html`<li class="name">${message}</li>`)}
    </ul>`;
}
