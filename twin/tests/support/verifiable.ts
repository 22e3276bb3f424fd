import { planOf, type Plan } from '../../src/verify/plan.ts';
import { play, type Played } from '../../src/verify/play.ts';
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

/** A twin with this contract, and a function that verifies it. */
export interface Verifiable {
  readonly twin: TestTwin;
  readonly model: Model;
  readonly target: Target;
  readonly verify: (options?: Options) => Promise<Played>;
}

/** A twin as a system to verify. */
export function targetOf(twin: TestTwin): Target {
  const outputs = twin.outputs as Target['outputs'];
  return { name: 'the twin', outputs, local: true, forwarded: undefined, graph: undefined };
}

export async function startVerifiable(): Promise<Verifiable> {
  const twin = await startTestTwin({ change: widen });
  const target = targetOf(twin);
  const model = twin.model();
  const verify = (options: Options = {}): Promise<Played> => {
    const declared = options.model ?? model;
    return play({
      model: declared,
      plan: reduced(planOf(declared, options.allMethods ?? false), options.only),
      target: {
        ...target,
        outputs: options.change?.(structuredClone(target.outputs)) ?? target.outputs,
        local: options.local ?? true,
        ...(options.playable && { playable: options.playable }),
      },
      clientIds: twin.outputs.clientIds,
      maxTokens: options.maxTokens ?? Infinity,
      progress: () => undefined,
      platform: { ...PLATFORM, ...options.platform },
    });
  };
  return { twin, model, target, verify };
}

/** Returns the plan for only these routes, with the tokens that they accept. */
function reduced(plan: Plan, only: readonly string[] | undefined): Plan {
  if (only === undefined) return plan;
  const rows = plan.rows.filter(({ route }) => only.includes(route.routeKey));
  const plays = rows.flatMap((row) => row.plays);
  const used = new Set(plays.flatMap(({ probes }) => probes.map(({ token }) => token)));
  return { ...plan, rows, tokens: plan.tokens.filter((token) => used.has(token)) };
}

interface Options {
  /** The keys of the routes to play; all by default. */
  readonly only?: readonly string[];
  readonly change?: (outputs: Target['outputs']) => Target['outputs'];
  readonly model?: Model;
  readonly allMethods?: boolean;
  readonly maxTokens?: number;
  readonly local?: boolean;
  readonly playable?: readonly string[];
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
