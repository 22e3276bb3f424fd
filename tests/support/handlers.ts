import { readFileSync } from 'node:fs';
import { ROOT, type ProjectCopy } from './project.ts';

/** The fixture's handler, from the root of the project; the project's own may be called anything. */
export const HANDLER = { file: 'tests/fixture/handler/test.ts', memory: 128, timeout: 5 };

/** The same in a copy of the project, to which this gives the file. */
export function handlerIn(project: ProjectCopy): typeof HANDLER {
  const file = 'handler/test.ts';
  project.write(file, readFileSync(new URL(HANDLER.file, ROOT), 'utf8'));
  return { ...HANDLER, file };
}

/** A handler of a test: its source, or that with settings other than 128 MB and 5 seconds. */
export type TestHandler = string | { readonly source: string; readonly memory?: number; readonly timeout?: number };

/**
 * Replaces the handlers of a copy of the project: `name` serves the public routes `ANY /name` and `ANY /name/{what}`.
 * `GET /test` stays as it is.
 */
export function useHandlers(project: ProjectCopy, handlers: Readonly<Record<string, TestHandler>>): void {
  const declared: string[] = [];
  const routes: string[] = [];
  for (const [name, handler] of Object.entries(handlers)) {
    const { source, memory = 128, timeout = 5 } = typeof handler === 'string' ? { source: handler } : handler;
    project.write(`handler/${name}.ts`, source);
    declared.push(`${name}: { file: 'handler/${name}.ts', memory: ${memory}, timeout: ${timeout} },`);
    for (const path of [`/${name}`, `/${name}/{what}`]) {
      routes.push(`'ANY ${path}': { handler: '${name}', scopes: 'public' },`);
    }
  }
  project.edit('contract.ts', '  handlers: {', `  handlers: {\n${declared.join('\n')}`);
  project.edit('contract.ts', '  routes: {', `  routes: {\n${routes.join('\n')}`);
}
