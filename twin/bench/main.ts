import { liveCost } from './live.ts';
import { reportLine } from './pairs.ts';
import { programFigures } from './program.ts';
import { startup } from './startup.ts';
import { gatewayFigures, soak } from './throughput.ts';
import { tokenRate } from './tokens.ts';

// Ratios, never absolute times: machines differ, and the same machine differs from itself.
const PAIRS = 5;
const SOAK = 200_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(reportLine('npm start to the first authorized 200, to loading the SDKs', await startup(PAIRS), 'at most 2'));
const program = await programFigures(PAIRS);
const [one, few, , many] = program.time;
const WANTED = [
  [1, one, 'at most 1.5'],
  [30, few, 'between them'],
  [300, many, 'at most 4.5'],
] as const;
for (const [routes, ratio, wanted] of WANTED) {
  const name = `evaluation of ${routes} route${routes === 1 ? '' : 's'}, to loading the SDKs`;
  if (ratio !== undefined) say(reportLine(name, ratio, wanted));
}
say(`time of the routes from 165 to 300, to those from 30 to 165: ${program.growth.toFixed(2)}×; linear: 1`);
say(`memory of the same: ${program.memoryGrowth.toFixed(2)}×; linear: 1 (${program.memory.toFixed(0)} MB at 300)`);
const gateway = await gatewayFigures(PAIRS);
say(reportLine('authorized requests per second, to a bare verifying server', gateway.throughput, 'at least 0.45'));
say(reportLine('99th percentile of their latency, to the same', gateway.p99, 'at most 4'));
say(`memory of the twin without its handlers' processes: ${gateway.memory.toFixed(0)} MB; wanted: below 150 MB`);
say(reportLine('tokens issued per second, to bare RS256 signatures', await tokenRate(PAIRS), 'at least 0.6'));
say(reportLine('authorized requests per second with the page open, to without', await liveCost(PAIRS), 'at least 0.9'));
const growth = await soak(SOAK);
say(`memory after ${SOAK} requests, to after the warm-up: ${growth.toFixed(2)}×; wanted: at most 1.1`);
