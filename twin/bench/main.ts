import autocannon from 'autocannon';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { enlarge, LARGE } from '../../tests/support/large.ts';
import { copyProject, type ProjectCopy } from '../../tests/support/project.ts';
import { evaluate } from '../src/evaluate/program-process.ts';
import { timeMatrix } from './page.ts';
import { comparison, inPairs, median, seconds, timed } from './figures.ts';
import { timePreviews } from './previews.ts';
import { answers, loadSdks, residentMemory, startBareServer, startTwin, type Served } from './processes.ts';

/** Measurements of each figure. */
const PAIRS = Number(process.argv[2] ?? 5);
if (!Number.isInteger(PAIRS) || PAIRS < 1 || process.argv.length > 3) {
  process.stderr.write(
    'Usage: npm run bench -- [PAIRS]; PAIRS is the number of measurements of each figure, 5 by default\n',
  );
  process.exit(1);
}
/** Of a throughput measurement, in seconds. */
const DURATION = 4;
/** Milliseconds between two edits of a person. */
const BETWEEN = 3000;

const print = (what: string, figure: string): void => void process.stdout.write(`${what}: ${figure}\n`);
const loading = (): Promise<number> => timed(loadSdks);

const project = copyProject();
const large = copyProject();
const served: Served[] = [];
try {
  await timeStart();
  await timeEvaluation(project, '1 route');
  enlarge(large, LARGE);
  await timeEvaluation(large, `${LARGE.routes} routes`);
  await timePreviews(PAIRS, large, print);
  await timePage();
  const twin = await startTwin(project);
  served.push(twin);
  await timeEdits(twin);
  const bare = await startBareServer(twin.token, join(project.path, '.twin/dev/signing-key.pem'));
  served.push(bare);
  await compareThroughput(twin, bare);
  print("memory of the twin's own process after the load", `${residentMemory(twin.pid).toFixed(0)} MB`);
} finally {
  await Promise.all(served.map(({ stop }) => stop()));
  project.remove();
  large.remove();
}

async function timeStart(): Promise<void> {
  const start = async (): Promise<number> => {
    let twin: Served | undefined;
    const took = await timed(async () => (twin = await startTwin(project)));
    await twin?.stop();
    return took;
  };
  await start();
  const measured = await inPairs(PAIRS, start, loading);
  print('start to the first authorized 200, against loading the SDKs', comparison(measured, seconds));
}

async function timeEvaluation({ root }: ProjectCopy, size: string): Promise<void> {
  const once = (): Promise<number> =>
    timed(() => evaluate({ root: root.href, stack: 'dev', config: {}, seed: 'bench' }));
  await once();
  print(`evaluation of ${size}, against loading the SDKs`, comparison(await inPairs(PAIRS, once, loading), seconds));
}

/** Of the page with the large project: no task takes 50 ms. */
async function timePage(): Promise<void> {
  const tasks = await timeMatrix(large);
  if (tasks === undefined) return;
  const shown = (took: number): string => `${took.toFixed(0)} ms of CPU time`;
  print(`longest task while the page draws ${tasks.cells} cells`, shown(tasks.drawing));
  print('longest task while a person scrolls them', shown(tasks.scrolling));
}

/** From a written file to the first answer that shows the change; each edit is reverted by the next. */
async function timeEdits(twin: Served): Promise<void> {
  const kinds = [
    { name: 'a handler', file: 'handler/test.ts', texts: ['JWT test backend lambda', 'JWT edited'] },
    { name: 'the contract', file: 'contract.ts', texts: ['GET /test', 'GET /moved'] },
  ] as const;
  for (const { name, file, texts } of kinds) {
    const took: number[] = [];
    for (let edit = 0; edit < PAIRS * 2; edit += 1) {
      const [from, to] = edit % 2 === 0 ? texts : [texts[1], texts[0]];
      const [path, body] = name === 'a handler' ? ['/test', to] : [to.slice('GET '.length), 'JWT'];
      await pause(BETWEEN);
      project.edit(file, from, to);
      took.push(await timed(() => answers(twin, path, body)));
    }
    print(`an edit of ${name} to the first answer that shows it`, seconds(median(took)));
  }
}

async function compareThroughput(twin: Served, bare: Served): Promise<void> {
  const rate = async (url: string): Promise<number> => {
    const headers = { authorization: `Bearer ${twin.token}` };
    const { non2xx, errors, requests } = await autocannon({ url, headers, connections: 16, duration: DURATION });
    if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} rejected requests, ${errors} errors from ${url}`);
    return requests.average;
  };
  const ours = (): Promise<number> => rate(`${twin.url}/test`);
  const theirs = (): Promise<number> => rate(bare.url);
  await ours();
  await theirs();
  const measured = await inPairs(PAIRS, ours, theirs);
  print(
    'authorized requests per second, against a bare verifying server',
    comparison(measured, (value) => `${value.toFixed(0)}/s`),
  );
}
