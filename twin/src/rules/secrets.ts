import { ofType, type Finding, type Registered, type Rule } from './rule.ts';
import { TYPE } from '../resources/tokens.ts';

/** Outputs that are always secret, even if unmarked. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  [TYPE.clientCredentials]: ['clientSecret'],
  [TYPE.randomPassword]: ['result', 'bcryptHash'],
};

/** Names of inputs, outputs and variables whose values are secret. */
const SECRET_NAME =
  /(password|passwd|passphrase|((^|[_-])|db)(pass|pwd)|secret(_?string)?|token|(private|api|signing|encryption|access|hmac|stripe|session|master)[_-]?key|credential|(^|[_-])pat)s?$/i;

/** Forms of secrets: each kind of credential has its own prefix. */
const SECRET_FORMS: readonly RegExp[] = [
  // A private key. A library's code may contain only the header of one.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\[nr]|["'`+,])*(?:Proc-Type|[A-Za-z0-9+/=]{40})/,
  // Live keys of Stripe, and access keys of AWS.
  /\b[sr]k_live_\w|\bAKIA[0-9A-Z]{16}\b/,
  // A URL with a password.
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
  // Tokens of GitHub, GitLab, npm and Slack. Source: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
  /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{36}|xox[abeoprs]-[\w-]{10})/,
  // A webhook of Slack: who knows it may post.
  /\bhooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9]{6,}\/[A-Za-z0-9]/,
  // A connection string with a password or key, in contrast to a template with other characters there.
  /\b(?:host|server|data source|user id|uid|user|accountname|endpoint)=[^"'`\n(),{}]{1,200}?[;\s](?:password|pwd|accountkey|sharedaccesskey)=[^;\s"'`${}<>(),]{6}/i,
  /\b(?:password|pwd)=[^;\s"'`${}<>(),]{6,};\s?(?:host|server|data source|user id|uid|database)=/i,
];

function isSecretByForm(text: string): boolean {
  return SECRET_FORMS.some((form) => form.test(text));
}

/** A library in a handler's archive, whose tests and documentation have example credentials. */
const LIBRARY = /(^|[./])node_modules[./]/;

/** Shorter strings may occur elsewhere by chance. */
const SHORTEST = 16;

interface Leaf {
  readonly path: string;
  readonly text: string;
}

function unmarked(all: Registered): Finding[] {
  const secrets = secretTexts(all);
  const open = (values: Readonly<Record<string, unknown>>, marked: readonly string[], naming: Naming): string[] =>
    leaves(values)
      .filter(({ path }) => !isMarked(path, marked))
      .filter(
        ({ path, text }) =>
          (!LIBRARY.test(path) && (isSecretByName(naming(path), text) || isSecretByForm(text))) ||
          secrets.some((secret) => text.includes(secret)),
      )
      .map(({ path }) => path);
  const message = (what: string): string => `${what} holds a secret and is not marked as one`;
  return [
    ...all.resources.flatMap((resource) => {
      const { inputs, secretInputs, outputs, secretOutputs } = resource;
      return [
        ...open(inputs, secretInputs, innermost).map((path) => `its input ${path}`),
        ...(secretOutputs === undefined ? [] : open(outputs, secretOutputs, innermost)).map(
          (path) => `its output ${path}`,
        ),
      ].map((what) => ({ resource, message: message(what) }));
    }),
    ...open(all.outputs, all.secretOutputs, outermost).map((path) => ({
      message: message(`the output ${path} of the stack`),
    })),
  ];
}

/** Returns the secret strings: a secret must be marked wherever it occurs. */
function secretTexts(all: Registered): string[] {
  const sources = Object.entries(SOURCES).flatMap(([type, keys]) =>
    ofType(all, type).flatMap(({ outputs }) => keys.map((key) => outputs[key])),
  );
  const marked = [
    ...all.resources.flatMap(({ inputs, secretInputs }) =>
      leaves(inputs).filter(({ path }) => isMarked(path, secretInputs)),
    ),
    ...leaves(all.outputs).filter(({ path }) => isMarked(path, all.secretOutputs)),
  ];
  const texts = [...sources, ...marked.map(({ text }) => text)].filter((text) => typeof text === 'string');
  return [...new Set(texts)].filter((text) => text.length >= SHORTEST);
}

/** Returns the part of a path that names its value. */
type Naming = (path: string) => string;
const innermost: Naming = (path) => path.split('.').at(-1) ?? '';
/** The stack's outputs have maps whose keys are the names of clients. */
const outermost: Naming = (path) => path.split('.')[0] ?? '';

/** Returns whether a value is secret by its name. ARNs, references to parts of a request, and token counts are not. */
function isSecretByName(name: string, text: string): boolean {
  if (text === '' || /^(arn:|\$request\.|\$context\.|(true|false)$)/.test(text)) return false;
  return SECRET_NAME.test(name) && !(/tokens?$/i.test(name) && /^\d{1,9}$/.test(text));
}

function isMarked(path: string, marked: readonly string[]): boolean {
  return marked.some((parent) => path === parent || path.startsWith(`${parent}.`));
}

/** Returns every string in a value, with its dotted path. */
function leaves(value: unknown, path = ''): Leaf[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

export const SECRET_RULES: readonly Rule[] = [
  {
    name: 'secrets are marked',
    says: 'Every secret is marked as secret wherever it occurs.',
    check: unmarked,
  },
];
