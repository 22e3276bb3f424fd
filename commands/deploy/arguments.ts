import { parseArgs } from 'node:util';
import { UserError } from '../../program/user-error.ts';

/** The parsed arguments of `npm run up`. */
export interface DeployArguments {
  /** The arguments that select the stack. */
  readonly stack: readonly string[];
  readonly up: readonly string[];
  /** The arguments of `pulumi up` that `pulumi preview` needs too. */
  readonly preview: readonly string[];
  /** Whether `--yes` skips the confirmation. */
  readonly confirmed: boolean;
  /** Whether the arguments skip the preview, target part of the stack, or bring a plan. */
  readonly unbounded: boolean;
  /** The maximum deletions without confirmation; undefined without `--allow-deletions`. */
  readonly allowedDeletions: number | undefined;
}

/** The options of `pulumi up` that are read here, and those with a short form that takes a value. */
const OPTIONS = {
  'allow-deletions': { type: 'string' },
  'continue-on-error': { type: 'boolean' },
  'expect-no-changes': { type: 'boolean' },
  'skip-preview': { type: 'boolean', short: 'f' },
  'target-replace': { type: 'string' },
  config: { type: 'string', short: 'c' },
  cwd: { type: 'string', short: 'C' },
  message: { type: 'string', short: 'm' },
  parallel: { type: 'string', short: 'p' },
  plan: { type: 'string' },
  'policy-pack': { type: 'string' },
  stack: { type: 'string', short: 's' },
  strict: { type: 'boolean' },
  target: { type: 'string', short: 't' },
  yes: { type: 'boolean', short: 'y' },
} as const;

const UNBOUNDED = ['skip-preview', 'target', 'target-replace', 'plan', 'strict'];
const NOT_OF_PREVIEW = ['yes', 'continue-on-error', 'expect-no-changes'];

/** Parses the arguments of `npm run up`. @throws UserError if `--allow-deletions` is not a number */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv = process.env): DeployArguments {
  const { tokens, values } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const allowed = values['allow-deletions'];
  if (allowed !== undefined && !/^\d+$/.test(String(allowed))) {
    throw new UserError('deploy', '--allow-deletions needs a number, for example --allow-deletions 30');
  }
  const without = (...names: readonly string[]): string[] =>
    tokens.flatMap((token) => {
      if (token.kind === 'positional') return [token.value];
      if (token.kind === 'option-terminator') return ['--'];
      if (names.includes(token.name)) return [];
      if (token.value === undefined) return [token.rawName];
      const isJoined = token.inlineValue && token.rawName.startsWith('--');
      return isJoined ? [`${token.rawName}=${token.value}`] : [token.rawName, token.value];
    });
  const isSet = (name: string): boolean => tokens.some((token) => token.kind === 'option' && token.name === name);
  return {
    stack: ['stack', 'cwd'].flatMap((name) => {
      const value = values[name];
      return typeof value === 'string' ? [`--${name}`, value] : [];
    }),
    up: without('allow-deletions'),
    preview: without('allow-deletions', ...NOT_OF_PREVIEW),
    confirmed: isSet('yes') || /^(1|true)$/i.test(env['PULUMI_SKIP_CONFIRMATIONS'] ?? ''),
    unbounded: UNBOUNDED.some(isSet),
    allowedDeletions: allowed === undefined ? undefined : Number(allowed),
  };
}
