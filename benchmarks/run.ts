// Times Ocelli beside its peers: npm run bench [-- NAME...] [--json] [--quick] [--data PATH] [--batch-size N]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { didYouMean, getNumThreads, optionError } from '@ocelli/torch';
import { augment } from './augment.ts';
import { augmentShare } from './augmentShare.ts';
import { type Benchmark, type BenchmarkOptions, reportOf, type Report } from './benchmark.ts';
import { conv3x3, conv3x3Stride2 } from './conv3x3.ts';
import { decode } from './decode.ts';
import { densenet121Memory } from './densenetMemory.ts';
import { drawPersons } from './drawPersons.ts';
import { evalDavidnet } from './evalDavidnet.ts';
import { explainDensenet121 } from './explainDensenet.ts';
import { firstStep } from './firstStep.ts';
import { headShare } from './headShare.ts';
import { inputShare } from './inputShare.ts';
import { memory } from './memory.ts';
import { missingLabels } from './missingLabels.ts';
import { muon } from './muon.ts';
import { muon94 } from './muon94.ts';
import { opCall } from './opCall.ts';
import { table } from './table.ts';
import { davidnetCuda, muonCuda } from './cudaSteps.ts';
import { davidnet } from './davidnet.ts';
import { densenet121At100, resnet18At32 } from './trainStepNetworks.ts';
import { valueRanges } from './valueRanges.ts';

const benchmarks: readonly Benchmark[] = [
  opCall,
  davidnet,
  resnet18At32,
  densenet121At100,
  densenet121Memory,
  conv3x3,
  conv3x3Stride2,
  decode,
  firstStep,
  inputShare,
  memory,
  augment,
  augmentShare,
  table,
  drawPersons,
  muon,
  evalDavidnet,
  headShare,
  missingLabels,
  valueRanges,
  explainDensenet121,
  muon94,
];

/** Those that need a device few machines have: run by name alone. */
const onDevice: readonly Benchmark[] = [davidnetCuda, muonCuda];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    'batch-size': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) printHelp();
  else await runAll(chosen(positionals));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function chosen(names: readonly string[]): readonly Benchmark[] {
  if (names.length === 0) return benchmarks;
  const all = [...benchmarks, ...onDevice];
  const known = all.map(({ name }) => name);
  return names.map((name) => {
    const found = all.find((benchmark) => benchmark.name === name);
    if (found !== undefined) return found;
    throw optionError('bench', 'NAME', `one of ${known.join(', ')}`, name, didYouMean(name, known));
  });
}

async function runAll(list: readonly Benchmark[]): Promise<void> {
  const batchSize = readBatchSize(values['batch-size']);
  say(`${cpus()[0]?.model}, ${getNumThreads()} threads, Node ${process.version}`);
  for (const { name, run } of list) {
    const note = (sentence: string): void => say(`${name}: ${sentence}`);
    const options: BenchmarkOptions = {
      quick: values.quick,
      note,
      ...(values.data !== undefined && { data: values.data }),
      ...(batchSize !== undefined && { batchSize }),
    };
    const report = reportOf(name, await run(options));
    console.log(values.json ? JSON.stringify(report) : lineOf(report));
  }
}

function readBatchSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const batchSize = Number(text);
  if (Number.isSafeInteger(batchSize) && batchSize > 0) return batchSize;
  throw optionError('bench', '--batch-size', 'a positive integer', text);
}

function lineOf({ name, value, unit, peer, peerValue, ratio }: Report): string {
  const own = `${name.padEnd(20)} ${value} ${unit}`;
  return peer === null ? own : `${own}   (${peer}: ${peerValue} ${unit}, ratio ${ratio})`;
}

function printHelp(): void {
  console.log('npm run bench -- [NAME...] [--json] [--quick] [--data PATH] [--batch-size N]\n');
  for (const { name, measures } of [...benchmarks, ...onDevice])
    console.log(`${name.padEnd(20)} ${measures}`);
}

/** Remarks stay out of the way of the figures. */
function say(sentence: string): void {
  console.error(sentence);
}
