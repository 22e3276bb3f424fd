import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environmentOf } from '../../../src/lambda/environment.ts';
import { FunctionProcess } from '../../../src/lambda/function-process.ts';
import type { LambdaFunction } from '../../../src/model/integrations.ts';
import type { RicJob, RicOutcome } from '../../fixtures/aws-lambda-ric/host.ts';
import { CALLBACK_SHAPES, DIFFERS_22, HANDLER_SHAPES } from '../../support/handler-shapes.ts';
import { LAMBDA } from '../../support/local-api.ts';

const HOST = fileURLToPath(new URL('../../fixtures/aws-lambda-ric/host.ts', import.meta.url));
const REGION = 'eu-central-1';
const folder = mkdtempSync(join(tmpdir(), 'shapes-'));
const EVENTS = [1, 2].map((n) => ({
  n,
  headers: { 'x-amzn-trace-id': `Root=1-6567890${n}-0123456789abcdef01234567` },
}));

/** What AWS's client and the twin's runtime make of each shape, in the order of the table, each of them in one process. */
interface Compared {
  readonly theirs: readonly Outcomes[];
  readonly ours: readonly Outcomes[];
}
type Outcomes = readonly RicOutcome[];
type Node = 22 | 24;
let compared: Readonly<Record<Node, Compared>>;
beforeAll(async () => {
  for (const { at, file = 'index.mjs', source } of ALL_SHAPES) {
    mkdirSync(dirname(join(rootOf(at), file)), { recursive: true });
    writeFileSync(join(rootOf(at), file), source);
  }
  const compare = async (node: Node, shapes: typeof ALL_SHAPES): Promise<Compared> => {
    const [theirs, ours] = await Promise.all([runHost('aws', shapes, node), runHost('twin', shapes, node)]);
    return { theirs, ours };
  };
  const [node24, node22] = await Promise.all([compare(24, SHAPES_24), compare(22, ALL_SHAPES)]);
  compared = { 24: node24, 22: node22 };
});
afterAll(() => rmSync(folder, { recursive: true }));

const ALL_SHAPES = [...HANDLER_SHAPES, ...CALLBACK_SHAPES].map((shape, at) => ({ ...shape, at }));
const SHAPES_24 = ALL_SHAPES.slice(0, HANDLER_SHAPES.length);
const rootOf = (at: number): string => join(folder, String(at));

async function runHost(client: 'aws' | 'twin', shapes: typeof ALL_SHAPES, node: Node): Promise<Outcomes[]> {
  const jobs: RicJob[] = shapes.map(({ at, handler = 'index.handler' }) => ({
    root: rootOf(at),
    handler,
    events: EVENTS.map((body) => ({
      body,
      headers: {
        'lambda-runtime-aws-request-id': `id-${body.n}`,
        'lambda-runtime-invoked-function-arn': LAMBDA.arn,
        'lambda-runtime-trace-id': `${body.headers['x-amzn-trace-id']};Parent=0123456789abcdef;Sampled=0`,
      },
    })),
  }));
  const [from, to] = ['jobs', 'outcomes'].map((name) => join(folder, `${client}-${name}-${node}.json`)) as [
    string,
    string,
  ];
  writeFileSync(from, JSON.stringify(jobs));
  const runtime = client === 'twin' ? [new URL('../../../src/lambda/runtime.ts', import.meta.url).href] : [];
  const host = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', HOST, from, to, String(node), ...runtime],
    { cwd: folder, env: environmentOf({ ...LAMBDA, node }, REGION, folder), stdio: 'ignore' },
  );
  await new Promise((resolve) => host.once('exit', resolve));
  return JSON.parse(readFileSync(to, 'utf8')) as Outcomes[];
}

async function runProcess({ at, handler = 'index.handler' }: (typeof ALL_SHAPES)[number], node: Node) {
  const lambda: LambdaFunction = { ...LAMBDA, node, handler, timeout: 60 };
  const process = new FunctionProcess(lambda, { region: REGION, folder: rootOf(at), print: () => undefined });
  const outcomes: RicOutcome[] = [];
  for (const event of EVENTS) {
    const fate = await process.invoke(`id-${event.n}`, event);
    if (process.unloadable) return [{ init: fate.kind === 'failed' ? fate.reason : fate.kind }];
    outcomes.push(
      fate.kind === 'returned' ? { json: fate.json } : { error: fate.kind === 'failed' ? fate.reason : fate.kind },
    );
  }
  process.stop();
  return outcomes;
}

it('The handler shapes are more than sixty, each with its own title', () => {
  expect(HANDLER_SHAPES.length).toBeGreaterThan(60);
  expect(new Set(ALL_SHAPES.map(({ title }) => title)).size).toBe(ALL_SHAPES.length);
});

const check = ({ ours, theirs }: Compared, at: number, differs: string | undefined): void => {
  expect(theirs[at]?.length).toBeGreaterThan(0);
  if (differs === undefined) expect(ours[at]).toEqual(theirs[at]);
  // A known difference that is gone must leave the table.
  else expect(ours[at]).not.toEqual(theirs[at]);
};

it.each(SHAPES_24)(
  // docs/fidelity.md F88
  'A handler behaves in the twin as under AWS’s runtime client: $title',
  ({ at, differs }) => check(compared[24], at, differs),
);

it.each(ALL_SHAPES)(
  // docs/fidelity.md F90
  'A handler of nodejs22 behaves in the twin as under AWS’s runtime client of nodejs22: $title',
  ({ at, title, differs }) => check(compared[22], at, DIFFERS_22.has(title) ? DIFFERS_22.get(title) : differs),
);

const IN_PROCESSES = [
  'returns an object',
  'the environment',
  'the trace of each event',
  'an error after a response',
  'a module that throws',
  'a CommonJS handler',
  'a callback that waits for a timer',
];

it.each(ALL_SHAPES.filter(({ title }) => IN_PROCESSES.includes(title)))(
  'A handler behaves in a function’s process as in the process of many handlers: $title',
  async (shape) => {
    const node = shape.at < SHAPES_24.length ? 24 : 22;
    expect(await runProcess(shape, node)).toEqual(compared[node].ours[shape.at]);
  },
);

it('Every known difference from AWS’s runtime client has its reason', () => {
  const reasons = [...ALL_SHAPES.map(({ differs }) => differs), ...DIFFERS_22.values()];
  for (const reason of reasons) if (reason !== undefined) expect(reason.split(' ').length).toBeGreaterThan(4);
  expect([...DIFFERS_22.keys()].filter((title) => !ALL_SHAPES.some((shape) => shape.title === title))).toEqual([]);
});
