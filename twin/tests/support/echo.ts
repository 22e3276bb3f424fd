import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

export type EchoedEvent = APIGatewayProxyEventV2WithJWTAuthorizer;

const HANDLERS = `  handlers: {
    echo: { file: 'handler/echo.ts', memory: 128, timeout: 5 },`;
const ROUTES = `  routes: {
    'ANY /echo/{proxy+}': { handler: 'echo', scopes: ['read:user'] },
    'ANY /open/{proxy+}': { handler: 'echo', scopes: 'public' },`;

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
      project.write('handler/echo.ts', 'export const handler = async (event: unknown) => ({ event });\n');
      project.edit('contract.ts', '  handlers: {', HANDLERS);
      project.edit('contract.ts', '  routes: {', ROUTES);
      change(project);
    },
  });
}
