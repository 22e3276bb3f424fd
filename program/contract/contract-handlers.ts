import { statSync } from 'node:fs';
import { didYouMean } from '../nearest.ts';
import type { Problem } from '../user-error.ts';
import type { Contract } from './define-contract.ts';
import { handlerFields, type HandlerSpec } from './handler-spec.ts';

const HANDLER_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const HANDLER_SETTINGS: readonly string[] = [
  'file',
  'memory',
  'timeout',
  'reservedConcurrency',
  'environment',
  'statements',
  'formerly',
] satisfies (keyof HandlerSpec)[];

/** What is wrong with a contract's handlers. */
export function handlerProblems({ handlers }: Contract, root: URL): Problem[] {
  return Object.entries(handlers).flatMap(([key, handler]) => {
    const { file, memory, timeout } = handler;
    const place = `contract.ts, handlers, ${key}`;
    const problems = [
      ...unknownSettings(place, handler),
      ...optionalProblems(place, handler),
      ...formerlyProblems(place, key, handlers),
    ];
    if (!HANDLER_KEY.test(key)) {
      problems.push({ place, message: 'a handler key is a letter and up to 39 letters, digits, - or _' });
    }
    const found = statSync(new URL(file, root), { throwIfNoEntry: false });
    if (found === undefined) {
      problems.push({ place, message: `the file ${file} does not exist; create it or correct the path` });
    } else if (!found.isFile()) {
      problems.push({ place, message: `${file} is not a file; write the path of the one that exports handler` });
    }
    if (!Number.isInteger(memory) || memory < 128 || memory > 10_240) {
      problems.push({ place, message: `memory is ${JSON.stringify(memory)}; write whole MB from 128 to 10240` });
    }
    if (!Number.isInteger(timeout) || timeout < 1 || timeout > 30) {
      problems.push({ place, message: `timeout is ${JSON.stringify(timeout)}; write whole seconds from 1 to 30` });
    }
    return problems;
  });
}

/** The compiler lets them pass; a misspelt `formerly` would cost the function. */
function unknownSettings(place: string, handler: HandlerSpec): Problem[] {
  return Object.keys(handler)
    .filter((setting) => !HANDLER_SETTINGS.includes(setting))
    .map((setting) => ({
      place,
      message: `nobody reads ${JSON.stringify(setting)} here${didYouMean(setting, HANDLER_SETTINGS)}`,
    }));
}

/** The settings that a stack file may have too, by the same rules. */
function optionalProblems(place: string, handler: HandlerSpec): Problem[] {
  return (['reservedConcurrency', 'environment', 'statements'] as const).flatMap((setting) => {
    if (handler[setting] === undefined) return [];
    const { error } = handlerFields[setting].safeParse(handler[setting]);
    return (error?.issues ?? []).map(({ path, message }) => ({
      place: [place, setting, ...path.map(String)].join(', '),
      message,
    }));
  });
}

function formerlyProblems(place: string, key: string, handlers: Contract['handlers']): Problem[] {
  const formerly = handlers[key]?.formerly;
  if (formerly === undefined) return [];
  if (typeof formerly !== 'string' || !HANDLER_KEY.test(formerly)) {
    return [{ place, message: `formerly is ${JSON.stringify(formerly)}, which no handler can have been called` }];
  }
  if (Object.hasOwn(handlers, formerly)) {
    return [{ place, message: `formerly is ${formerly}, which a handler is called now; one name cannot be both` }];
  }
  const first = Object.entries(handlers).find(([, other]) => other.formerly === formerly);
  return first !== undefined && first[1] !== handlers[key]
    ? [{ place, message: `formerly is ${formerly}, as of ${first[0]}; only one handler can have been that` }]
    : [];
}
