// Makes the weights of CIFAR-10 that are published with the package: trains by the recipe cifar10-muon, unless
// runs/<run-name> is there already, stores the network in half precision, measures what is stored, and writes
// the figures beside it.
//
// npx tsx --conditions=source scripts/publishCifar10.ts --data /path/to/cifar10
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromTypedArray, Generator, type Module, scope } from '@ocelli/torch';
import {
  createEmitter,
  evaluate,
  evaluationBatches,
  type ImageDataset,
  loadTrainedModel,
  normalize,
  openEventLog,
  openPictures,
  openRunFolder,
  recipeArguments,
  runFolderAt,
  saveTrainedModel,
  type TrainedModel,
  viewLogits,
} from 'ocelli';
import { runRecipe } from '../benchmarks/recipeRun.ts';
import { cifar10Card } from './cifar10Card.ts';
import { commit } from './proofs/command.ts';

const options = recipeArguments({
  data: '', // a folder, an archive, or nothing: the published data set
  seed: 0,
  epochs: 10,
  batchSize: 2000,
  runName: 'cifar10-muon',
  out: 'packages/ocelli/pretrained/cifar10',
});
const { data, seed, epochs, batchSize, runName, out } = options;
/** Half precision may cost so many of a thousand answers. */
const mostLost = 0.001;

const run = join('runs', runName);
if (existsSync(run)) console.log(`trained already: ${run}`);
else {
  const words = wordsOf({ data, seed, epochs, batchSize, runName });
  await runRecipe('cifar10-muon', words, { note: show });
}

const { test } = await openPictures(data === '' ? {} : { path: data });
if (test === undefined) throw new Error(`${data}: expected pictures to test on, got none.`);
const trained = loadTrainedModel(openRunFolder(run));
const exact = await measured(trained, test);

rmSync(out, { recursive: true, force: true });
const folder = runFolderAt(out);
const { model, pictures, weights, experiment } = trained;
saveTrainedModel(folder, model, {
  experiment: {
    model: experiment.model,
    dataset: 'cifar10',
    batchSize: experiment.batchSize,
    seed: experiment.seed,
  },
  pictures,
  ...weights,
  dtype: 'float16',
});
const published = loadTrainedModel(folder);
const { reports, took, ...scores } = await measured(published, test);
const log = openEventLog(folder.events);
const { epoch } = weights;
const emit = createEmitter([log.consume]);
await emit({ type: 'evaluationEnded', split: 'test', epoch, scores, reports, took });
log.close();

const megabytes = statSync(join(folder.weights, 'best.safetensors')).size / 1e6;
const withViews = accuracyWithViews(published, test);
const figures = { exact: exact.accuracy, stored: scores.accuracy, withViews, megabytes };
writeFileSync(join(out, 'README.md'), cifar10Card({ published, ...figures, commit: commit() }));
console.log(`float32: ${exact.accuracy}  float16: ${scores.accuracy}  with views: ${withViews}`);
console.log(`written: ${out}  weights: ${megabytes.toFixed(2)} MB`);
if (exact.accuracy - scores.accuracy > mostLost) {
  throw new Error(`${out}: expected half precision to cost at most ${mostLost} of the accuracy.`);
}

function wordsOf(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === '' ? [] : [`--${name.replace(/[A-Z]/g, (a) => `-${a.toLowerCase()}`)}`, `${value}`],
  );
}

function show(line: string): void {
  console.log(line);
}

/** One look at every test picture, as `ocelli evaluate` and `predict` do. */
async function measured({ model, pictures }: TrainedModel, test: ImageDataset) {
  const begun = performance.now();
  const batches = evaluationBatches(test, pictures, { batchSize: 1000, device: 'cpu' });
  const evaluation = await evaluate(model, batches);
  if (evaluation === undefined) throw new Error('internal: an evaluation without signal was ended');
  return { ...evaluation, took: (performance.now() - begun) / 1000 };
}

/** As the recipe measures: six views of the quarter that the network is least certain of. */
function accuracyWithViews({ model, pictures }: TrainedModel, test: ImageDataset): number {
  return scope(() => {
    const { mean, std } = pictures;
    const images = normalize({ mean, std }).apply(test.images, { generator: new Generator() });
    const logits = viewLogits(model as Module, images, { share: 0.25 }); // of one label a picture
    const labels = fromTypedArray(BigInt64Array.from(test.labels, BigInt), [test.length]);
    return Number(logits.argmax(1).eq(labels).sum().item()) / test.length;
  });
}
