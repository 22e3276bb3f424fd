import type { ProjectCopy } from '../../../tests/support/project.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

/** The parts of a handler's event that tests read. */
export interface EchoedEvent {
  readonly version: string;
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly authorizer?: {
      readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null };
    };
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: Readonly<Record<string, string>>;
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: string;
    readonly time: string;
    readonly timeEpoch: number;
  };
}

/** Adds a handler with its own routes to a copy of the project. */
export function addHandler(
  project: ProjectCopy,
  key: string,
  source: string,
  routes: Readonly<Record<string, string>>,
): void {
  project.write(`handler/${key}.ts`, source);
  project.edit(
    'contract.ts',
    '  handlers: {',
    `  handlers: {\n    ${key}: { file: 'handler/${key}.ts', memory: 128, timeout: 5 },`,
  );
  for (const [routeKey, scopes] of Object.entries(routes)) {
    project.edit(
      'contract.ts',
      '  routes: {',
      `  routes: {\n    '${routeKey}': { handler: '${key}', scopes: ${scopes} },`,
    );
  }
}

/**
 * Starts a twin whose handler returns its event: `ANY /echo/{proxy+}` for a token with read:user,
 * `ANY /open/{proxy+}` for anyone.
 */
export function startEchoTwin(
  change: (project: ProjectCopy) => void = () => undefined,
  clock?: () => number,
): Promise<TestTwin> {
  return startTestTwin({
    ...(clock && { clock }),
    change: (project) => {
      addHandler(project, 'echo', 'export const handler = async (event: unknown) => ({ event });\n', {
        'ANY /echo/{proxy+}': "['read:user']",
        'ANY /open/{proxy+}': "'public'",
      });
      change(project);
    },
  });
}
