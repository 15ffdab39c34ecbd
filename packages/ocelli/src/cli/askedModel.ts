import { checkDevice } from '@ocelli/torch';
import { viewNames } from '../train/experiment/settings.ts';
import { loadTrainedModel, type TrainedModel } from '../train/predict/predictor.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { choice } from './choice.ts';

/** Options by which a command says how the model of a run is to be loaded. */
export interface AskedModelOptions {
  readonly weights?: string;
  readonly views?: string;
  readonly device?: string;
}

/**
 * The model of a run with the weights, views and device that a command was asked for.
 *
 * @throws {OptionError} if an option has no value it may have.
 * @throws {CheckpointError} if the weights are missing, damaged, or of another model.
 */
export function askedModel(
  command: string,
  folder: RunFolder,
  { weights: name = 'best', views, device }: AskedModelOptions,
): TrainedModel {
  const among = ['best', 'last'] as const;
  const weights = choice(command, { name: '--weights', value: name, among });
  if (device !== undefined) checkDevice(command, device);
  return loadTrainedModel(folder, {
    weights,
    ...(views !== undefined && {
      views: choice(command, { name: '--views', value: views, among: viewNames }),
    }),
    ...(device !== undefined && { device }),
  });
}
