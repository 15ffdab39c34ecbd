/** What is typically asked of a command: why, and the words. */
type Example = readonly [purpose: string, words: string];

const examples: Readonly<Record<string, readonly Example[]>> = {
  ocelli: [
    ['pictures in folders named after their classes: train, then ask', 'train --data pictures'],
    ['the run trained last answers', 'predict photo.jpg'],
    ['every setting with its default', 'train --help'],
  ],
  train: [
    ['pictures in folders train/<class>/* and test/<class>/*', 'train --data pictures --epochs 20'],
    [
      'a table of many attributes; stop when it no longer gets better',
      'train --table labels.csv --model resnet18 --patience 8',
    ],
    ['go on with the run that was stopped last', 'train --resume'],
    [
      'a few batches through everything, to see whether it all works',
      'train --data pictures --fast-dev-run',
    ],
  ],
  evaluate: [
    ['the accuracy on record, measured again', 'evaluate runs/pictures-davidnet/1'],
    ['on other pictures', 'evaluate runs/pictures-davidnet/1 --data more-pictures'],
    ['on rows held back to the end', 'evaluate runs/labels-resnet18/1 --part test'],
  ],
  predict: [
    ['by the run trained last', 'predict photo.jpg'],
    [
      'a folder, by a run; "unsure" where fewer than 9 of 10 answers would be right',
      'predict photos --run runs/labels-resnet18/1 --min-precision 0.9',
    ],
    ['with published weights, nothing trained', 'predict photo.jpg --run cifar10'],
  ],
  explain: [
    ['where every head looks', 'explain photo.jpg'],
    ['as a page, of two heads', 'explain photos --head gender age --out maps.html'],
    ['wrong answers, and where it looked for them', 'explain --misclassified 25 --out wrong.html'],
  ],
  compare: [
    ['figures, and the settings that differ', 'compare runs/a/1 runs/b/1'],
    [
      'with the time to an accuracy, and curves',
      'compare runs/a runs/b --target 0.9 --out curves.png',
    ],
  ],
  report: [
    ['after an interruption, with an evaluation', 'report runs/pictures-davidnet/1 --evaluate'],
  ],
  rerun: [['does every number come out again?', 'rerun runs/pictures-davidnet/1']],
  shortlist: [['two files of settings on 500 pictures', 'shortlist plain.json wide.json']],
  ablate: [['train without each transform in turn', 'ablate experiment.json --epochs 10']],
  inspect: [
    ['classes, missing labels, associations', 'inspect labels.csv'],
    ['a page with pictures: copies, damage, outliers', 'inspect labels.csv --html labels.html'],
    ['pictures that a query finds', 'inspect labels.csv --query "pose = Back" --grid backs.png'],
  ],
  suspects: [
    [
      'labels to look at, and a table with them put right',
      'suspects --table labels.csv --html suspects.html',
    ],
    ['which is written by', 'inspect labels.csv --apply corrections.csv'],
  ],
  types: [['attributes that do not compile when misspelt', 'types labels.csv --out labels.ts']],
  draw: [['2,000 persons to try everything on', 'draw persons --out persons']],
  augment: [
    ['all transforms, before and after', 'augment photo.jpg --preview transforms.png'],
    ['those of a list', 'augment photo.jpg --policy policy.json --preview policy.png'],
  ],
  summary: [
    ['layers, parameters, memory', 'summary resnet18 --input 3x200x200'],
    ['to zoom in and open its blocks', 'summary densenet121 --diagram densenet121.html'],
    ['side by side', 'summary resnet18 densenet121'],
  ],
  schedule: [
    ['their names and options', 'schedule list'],
    ['one of them, drawn', 'schedule cosine --options \'{"warmupEpochs": 2}\' --out cosine.png'],
  ],
  'find-lr': [['on the pictures it is for', 'find-lr --data pictures --model resnet18']],
  doctor: [['what is found, what is missing', 'doctor']],
};

/** The examples of a command, as its help ends with them; nothing for a command without any. */
export function examplesText(command: string): string {
  const lines = (examples[command] ?? []).flatMap(([purpose, words]) => [
    `  # ${purpose}`,
    `  npx ocelli ${words}`,
  ]);
  return lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}`;
}
