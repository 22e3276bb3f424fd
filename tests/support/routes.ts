import type { Contract } from '../../program/contract/define-contract.ts';
import type { HandlerSpec } from '../../program/contract/handler-spec.ts';
import { contract as shipped } from '../fixture/contract.ts';
import { writeContract, type ProjectCopy } from './project.ts';

/**
 * Writes other routes into a copy of the project, all with the handler `test`.
 * @param source of the handler
 * @param more settings of the handler
 */
export function useRoutes(
  project: ProjectCopy,
  routes: Contract['routes'],
  source: string,
  more: Partial<HandlerSpec> = {},
): void {
  const test = { ...shipped.handlers.test, file: 'handler/test.ts', ...more } as HandlerSpec;
  writeContract(project, { ...shipped, handlers: { test }, routes });
  project.write('handler/test.ts', source);
}
