// How long a person waits for the maps of all heads: Grad-CAM on DenseNet-121, one picture at 200 px.
import { randn } from '@ocelli/torch';
import { createModel, explain, personHeads } from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';

const [side, warmUp] = [200, 2];

export const explainDensenet121: Benchmark = {
  name: 'explain-densenet121',
  measures: `Grad-CAM of all eight heads of a picture at ${side} px on DenseNet-121`,
  run: measure,
};

function measure({ quick, note }: BenchmarkOptions): Figure {
  const made = createModel('densenet121-towers', { heads: personHeads });
  const model = made.to({ memoryFormat: 'channelsLast' }).eval(); // as a run loads it
  const targets = Object.keys(personHeads).map((head) => ({ head }));
  const seconds: number[] = [];
  for (let round = 0; round < warmUp + (quick ? 1 : 9); round++) {
    const images = randn([1, 3, side, side]);
    const begun = performance.now();
    const explanations = explain(model, images, { targets });
    // The maps as numbers, which is what a picture is drawn from.
    for (const { maps } of explanations) maps.toTypedArray();
    seconds.push((performance.now() - begun) / 1000);
    for (const tensor of [images, ...explanations.map(({ maps }) => maps)]) tensor.dispose();
  }
  const counted = seconds.slice(warmUp);
  note(
    `fastest ${Math.min(...counted).toFixed(3)} s, slowest ${Math.max(...counted).toFixed(3)} s`,
  );
  return { value: median(counted), unit: 's', better: 'lower' };
}
