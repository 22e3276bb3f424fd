import type { Contract } from '../../program/contract/define-contract.ts';
import { contract as shipped } from '../fixture/contract.ts';
import type { ProjectCopy } from './project.ts';

/** The contract of a copy of the project with other routes, all to the one handler `test`, of this source. */
export function useRoutes(project: ProjectCopy, routes: Contract['routes'], source: string): void {
  const handlers = { test: { ...shipped.handlers.test, file: 'handler/test.ts' } };
  const contract = JSON.stringify({ ...shipped, handlers, routes });
  project.write(
    'contract.ts',
    `import { defineContract } from './program/contract/define-contract.ts';\nexport const contract = defineContract(${contract});\n`,
  );
  project.write('handler/test.ts', source);
}
