import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf } from '../../../src/lambda/environment.ts';
import { FunctionProcess } from '../../../src/lambda/function-process.ts';
import type { LambdaFunction } from '../../../src/model/integrations.ts';
import type { RicJob, RicOutcome } from '../../fixtures/aws-lambda-ric/host.ts';
import { CALLBACK_SHAPES, DIFFERS_22, HANDLER_SHAPES, type HandlerShape } from '../../support/handler-shapes.ts';
import { LAMBDA } from '../../support/local-api.ts';

const HOST = fileURLToPath(new URL('../../fixtures/aws-lambda-ric/host.ts', import.meta.url));
const REGION = 'eu-central-1';
const folder = mkdtempSync(join(tmpdir(), 'shapes-'));
const EVENTS = [1, 2].map((n) => ({
  n,
  headers: { 'x-amzn-trace-id': `Root=1-6567890${n}-0123456789abcdef01234567` },
}));

/** What AWS's client and the twin make of each shape, in the order of the table. */
interface Compared {
  readonly theirs: readonly (readonly RicOutcome[])[];
  readonly ours: readonly (readonly RicOutcome[])[];
}
type Node = 22 | 24;
let compared: Readonly<Record<Node, Compared>>;
beforeAll(async () => {
  const placed = ALL_SHAPES.map((shape, at) => ({ shape, root: join(folder, String(at)) }));
  const functions = { 22: placed, 24: placed.slice(0, HANDLER_SHAPES.length) };
  for (const { shape, root } of placed) {
    const file = join(root, shape.file ?? 'index.mjs');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, shape.source);
  }
  const compare = async (node: Node): Promise<Compared> => {
    const [theirs, ours] = await Promise.all([byAws(functions[node], node), byTwin(functions[node], node)]);
    return { theirs, ours };
  };
  compared = { 24: await compare(24), 22: await compare(22) };
});
afterAll(() => rmSync(folder, { recursive: true }));

type Placed = { readonly shape: HandlerShape; readonly root: string };
const nameOf = ({ handler = 'index.handler' }: HandlerShape): string => handler;
const ALL_SHAPES = [...HANDLER_SHAPES, ...CALLBACK_SHAPES];
const functionOf = (shape: HandlerShape, node: Node): LambdaFunction => ({ ...LAMBDA, node, handler: nameOf(shape) });

async function byAws(functions: readonly Placed[], node: Node): Promise<(readonly RicOutcome[])[]> {
  const jobs: RicJob[] = functions.map(({ shape, root }) => ({
    root,
    handler: nameOf(shape),
    events: EVENTS.map((body) => ({
      body,
      headers: {
        'lambda-runtime-aws-request-id': `id-${body.n}`,
        'lambda-runtime-invoked-function-arn': LAMBDA.arn,
        'lambda-runtime-trace-id': `${body.headers['x-amzn-trace-id']};Parent=0123456789abcdef;Sampled=0`,
      },
    })),
  }));
  const [from, to] = ['jobs', 'outcomes'].map((name) => join(folder, `${name}-${node}.json`)) as [string, string];
  writeFileSync(from, JSON.stringify(jobs));
  const env = environmentOf({ ...LAMBDA, node }, REGION, folder);
  const host = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', HOST, from, to, String(node)], {
    cwd: folder,
    env,
    stdio: 'ignore',
  });
  await new Promise((resolve) => host.once('exit', resolve));
  return JSON.parse(readFileSync(to, 'utf8')) as (readonly RicOutcome[])[];
}

async function byTwin(functions: readonly Placed[], node: Node): Promise<(readonly RicOutcome[])[]> {
  const results: (readonly RicOutcome[])[] = [];
  for (let at = 0; at < functions.length; at += 4) {
    results.push(...(await Promise.all(functions.slice(at, at + 4).map((each) => outcomesOf(each, node)))));
  }
  return results;
}

async function outcomesOf({ shape, root }: Placed, node: Node): Promise<readonly RicOutcome[]> {
  const lambda = { ...functionOf(shape, node), timeout: 60 };
  const process = new FunctionProcess(lambda, {
    region: REGION,
    folder: root,
    print: () => undefined,
    initLimit: 60_000,
  });
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

describe('A handler in the twin and under AWS’s runtime client', () => {
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

  it.each(HANDLER_SHAPES.map((shape, at) => ({ ...shape, at })))(
    // docs/fidelity.md F88
    'A handler behaves in the twin as under AWS’s runtime client: $title',
    ({ at, differs }) => check(compared[24], at, differs),
  );

  it.each(ALL_SHAPES.map((shape, at) => ({ ...shape, at })))(
    // docs/fidelity.md F90
    'A handler of nodejs22 behaves in the twin as under AWS’s runtime client of nodejs22: $title',
    ({ at, title, differs }) => check(compared[22], at, DIFFERS_22.has(title) ? DIFFERS_22.get(title) : differs),
  );

  it('Every known difference from AWS’s runtime client has its reason', () => {
    const reasons = [...ALL_SHAPES.map(({ differs }) => differs), ...DIFFERS_22.values()];
    for (const reason of reasons) if (reason !== undefined) expect(reason.split(' ').length).toBeGreaterThan(4);
    expect([...DIFFERS_22.keys()].filter((title) => !ALL_SHAPES.some((shape) => shape.title === title))).toEqual([]);
  });
});
