import { XMLBuilder } from 'fast-xml-parser';
import { differenceText } from './causes.ts';
import { callerName } from '../report/texts.ts';
import type { Outcome, Played } from './play.ts';
import { TOKENS } from './table.ts';

type Attributes = Readonly<Record<`@${string}`, string | number>>;

interface TestCase extends Attributes {
  readonly failure?: Attributes;
  readonly skipped?: Attributes;
}

/**
 * Returns a JUnit file: a test suite for each caller, with a test case for each route and one for the caller's tokens.
 * No token is in it: outcomes contain none.
 */
export function junitOf({ plan, rows, tokens }: Played, name: string): string {
  const suites = plan.callers.map((caller, index) => {
    const classname = callerName(caller);
    const own = tokens[index];
    const cases = [
      ...rows
        .flatMap((cells) => cells.slice(index, index + 1))
        .map(({ cell, outcome }) => testCase(classname, cell.route.routeKey, outcome)),
      ...(own === undefined ? [] : [testCase(classname, TOKENS, own)]),
    ];
    return {
      '@name': `${name}: ${classname}`,
      '@tests': cases.length,
      '@failures': cases.filter((testCase) => testCase.failure !== undefined).length,
      '@skipped': cases.filter((testCase) => testCase.skipped !== undefined).length,
      testcase: cases,
    };
  });
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build({ '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, testsuites: { testsuite: suites } });
}

function testCase(classname: string, name: string, outcome: Outcome): TestCase {
  return {
    '@classname': classname,
    '@name': name,
    ...(outcome.kind === 'differs' && {
      failure: { '@message': [...new Set(outcome.differences.map(differenceText))].join(' ') },
    }),
    ...(outcome.kind === 'not tried' && { skipped: { '@message': outcome.why } }),
  };
}
