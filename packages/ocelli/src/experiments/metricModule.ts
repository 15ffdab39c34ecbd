import { checkMetrics, type Metric } from '../metrics/metric.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { defaultExport } from './moduleFile.ts';

/**
 * The figures of the user's own that an experiment measures: the default export of its module.
 *
 * @throws {OptionError} if the module cannot be loaded or exports something else.
 */
export async function metricsOf({
  metrics,
}: Pick<Experiment, 'metrics'>): Promise<readonly Metric[]> {
  if (metrics === null) return [];
  return checkMetrics(metrics, await defaultExport(metrics, 'metrics'));
}
