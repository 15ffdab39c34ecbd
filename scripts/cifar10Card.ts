import { countParameters, headsOf, type TrainedModel } from 'ocelli';

/** What the card of the published CIFAR-10 weights says in figures; accuracies are shares of the test part. */
export interface Cifar10Figures {
  readonly published: TrainedModel;
  /** Before rounding. */
  readonly exact: number;
  readonly stored: number;
  /** As the recipe measures: six views of the least certain quarter. */
  readonly withViews: number;
  readonly megabytes: number;
  /** Of the repository, when they were made. */
  readonly commit: string;
}

/** The README beside the weights: what the network is, what it was trained on, how good it is. */
export function cifar10Card(figures: Cifar10Figures): string {
  const { published, exact, stored, withViews, megabytes, commit } = figures;
  const { experiment, pictures, weights, labelNames, model } = published;
  const { width, height, mean, std, trainCount, validationCount } = pictures;
  const classes = headsOf(labelNames).flatMap((head) => head.classes);
  const count = (value: number): string => value.toLocaleString('en-US');
  return `# cifar10

A network that says which of the ${classes.length} classes of CIFAR-10 is on a small picture.

\`\`\`sh
npx ocelli predict photo.jpg --run cifar10
npx ocelli explain photo.jpg --run cifar10
npx ocelli train --data pictures --model ${experiment.model} --start-from cifar10
\`\`\`

| | |
| --- | --- |
| network | \`${experiment.model}\`, ${count(countParameters(model).total)} numbers |
| trained on | the ${count(trainCount)} training pictures of CIFAR-10 and nothing else, from random weights |
| trained by | \`npx tsx recipes/cifar10-muon.ts --seed ${experiment.seed}\`, ${count(weights.step)} steps of ${count(experiment.batchSize)} pictures; commit ${commit} |
| accuracy | ${percent(stored)} of the ${count(validationCount)} test pictures, one look at each, as \`ocelli predict\` does; ${percent(withViews)} as the recipe measures, with six views of the least certain quarter |
| precision | filters and matrices are stored as float16, vectors as float32, ${megabytes.toFixed(1)} MB; all in float32 had ${percent(exact)} |
| input | ${width} × ${height} pixels; red, green, blue from 0 to 255, minus ${mean.join(', ')}, divided by ${std.join(', ')} |
| output | ${classes.join(', ')}, in this order |

Probabilities are calibrated on the test pictures; \`events.jsonl\` has that evaluation with the figures of each class.
\`experiment.json\` has the settings that answering needs; the training itself is the recipe.

A picture of anything else is answered with one of the ${classes.length} classes too. Objects that do not fill the picture are seen
at ${width} pixels and often missed.

The pictures of CIFAR-10 are not contained. The data set is of Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, described in
*Learning Multiple Layers of Features from Tiny Images* (2009), https://www.cs.toronto.edu/~kriz/cifar.html. The weights have
the licence of the package, Apache-2.0.
`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
