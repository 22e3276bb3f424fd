import { planOf, type Plan } from '../../src/verify/plan.ts';
import type { PlayOptions } from '../../src/verify/play.ts';
import type { Target } from '../../src/verify/target.ts';
import { PLATFORM, type Platform } from '../../src/verify/tokens.ts';
import type { Model } from '../../src/model/model.ts';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

const TWO_CLIENTS = `  api:clients:
    - { name: test-app, party: first, grants: [client_credentials, password], permissions: [read:user] }
    - { name: writer, party: first, grants: [client_credentials], permissions: [write:user] }
`;

/** A contract with every kind of route for `verify`. */
function widen(project: ProjectCopy): void {
  project.edit(
    'contract.ts',
    "'GET /test': { handler: 'test', scopes: ['read:user'] },",
    `'GET /test': { handler: 'test', scopes: ['read:user'] },
    'GET /users/{id}/files/{path+}': { handler: 'test', scopes: ['read:user', 'write:user'], examples: { id: 'a b', path: 'c/d' } },
    'GET /orders/{id}': { handler: 'test', scopes: ['read:user'] },
    'ANY /any': { handler: 'test', scopes: ['write:user'] },
    'POST /users': { handler: 'test', scopes: ['write:user'], examples: { body: { name: 'Ada' } } },
    'GET /open': { handler: 'test', scopes: 'public' },
    $default: { handler: 'test', scopes: ['read:appointments'] },`,
  );
  const stackFile = project.read('Pulumi.dev.yaml');
  project.write('Pulumi.dev.yaml', stackFile.replace(/ {2}api:clients:\n(?: {4}.*\n)+/, TWO_CLIENTS));
}

export const startVerifiable = (): Promise<TestTwin> => startTestTwin({ change: widen });

/** A twin as a system to verify. */
export function targetOf(twin: TestTwin): Target {
  const outputs = twin.outputs as Target['outputs'];
  return { name: 'the twin', outputs, local: true, forwarded: undefined, graph: undefined };
}

/** What `play` needs to verify a twin, with these changes. */
export function playOptions(twin: TestTwin, options: Options = {}): PlayOptions {
  const { model = twin.model(), allMethods = false, only, change, maxTokens = Infinity, platform, ...rest } = options;
  const target = { ...targetOf(twin), ...rest };
  return {
    plan: reduced(planOf(model, allMethods), only),
    target: change === undefined ? target : { ...target, outputs: change(structuredClone(target.outputs)) },
    clientIds: twin.outputs.clientIds,
    maxTokens,
    progress: () => undefined,
    platform: { ...PLATFORM, ...platform },
  };
}

/** Returns the plan for only these routes, with the tokens that they accept. */
function reduced(plan: Plan, only: readonly string[] | undefined): Plan {
  if (only === undefined) return plan;
  const rows = plan.rows.filter(({ route }) => only.includes(route.routeKey));
  const plays = rows.flatMap((row) => row.plays);
  const used = new Set(plays.flatMap(({ probes }) => probes.map(({ token }) => token)));
  return { ...plan, rows, tokens: plan.tokens.filter((token) => used.has(token)) };
}

interface Options extends Partial<Pick<Target, 'local' | 'playable' | 'forwarded'>> {
  /** The keys of the routes to play; all by default. */
  readonly only?: readonly string[];
  readonly change?: (outputs: Target['outputs']) => Target['outputs'];
  readonly model?: Model;
  readonly allMethods?: boolean;
  readonly maxTokens?: number;
  readonly platform?: Partial<Platform>;
}

/** A fetch with some responses replaced. */
export function answering(replace: (url: string, init: RequestInit) => Response | undefined): Partial<Platform> {
  const replaced = (url: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
    const answer = replace(String(url instanceof Request ? url.url : url), init);
    return answer === undefined ? fetch(url, init) : Promise.resolve(answer);
  };
  return { fetch: replaced };
}
