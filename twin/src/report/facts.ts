import { COMPUTED, type ComputedFact } from './computed.ts';
import type { Report } from './data.ts';
import { code } from './markdown.ts';
import type { Item } from './reading.ts';
import type { RecordedFact } from './recorded.ts';

export type FactName = RecordedFact | ComputedFact;

/** A change in the values of a fact about one thing. All texts are inline Markdown. */
export interface FactChange {
  readonly fact: FactName;
  /** What the fact is about, as a comma-separated list; empty if there is only one such thing. */
  readonly of: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Wording {
  /** The heading, and the label before the values; absent if the report's table shows the fact. */
  readonly shown?: readonly [section: Section, label: string];
  /**
   * A sentence without its full stop, with `{of}`, `{is}` and `{no}` (for "no longer"), or a function that returns one.
   * Absent if other sentences cover the change.
   */
  readonly says?: string | ((change: FactChange) => string);
  readonly when?: (change: FactChange) => boolean;
  readonly danger?: (change: FactChange) => boolean;
}

export const SECTIONS = [
  'Rules that do not hold',
  'Callers',
  'Routes',
  'Production',
  'Tokens',
  'Browsers',
  'Claims and Actions',
  'Functions',
  'Operation',
  'Renamed, and kept',
] as const;
export type Section = (typeof SECTIONS)[number];

const more = ({ added }: FactChange): boolean => added.length > 0;
const less = ({ removed }: FactChange): boolean => removed.length > 0;
const both = ({ added, removed }: FactChange): boolean => added.length > 0 && removed.length > 0;
const any = (): boolean => true;
const adds =
  (...some: readonly string[]) =>
  ({ added }: FactChange): boolean =>
    added.some((value) => some.includes(value));
/** Returns the number at the start of a value, or no limit without one. */
const bound = (value: string): number => {
  const found = Number.parseFloat(value.replace('`', ''));
  return Number.isNaN(found) ? Infinity : found;
};
/** Returns whether a limit is raised or removed. A thing may have several: `$default` is a stage and a route. */
const larger =
  (part = (value: string) => value) =>
  ({ added, removed }: FactChange): boolean =>
    removed.length > added.length ||
    added.some((now) => removed.some((before) => bound(part(now)) > bound(part(before))));

const fact = (section: Section, label: string, says: string, danger: Wording['danger'] = () => false): Wording => ({
  shown: [section, label],
  says,
  danger,
});

/** Every fact, the most dangerous first: `--since` reports changes in this order. */
export const FACTS: Readonly<Record<FactName, Wording>> = {
  production: {
    shown: ['Production', 'Production'],
    says: ({ added: [is], removed }) =>
      removed.includes('`on`') ? 'production is off: none of its rules apply' : `production is ${is ?? 'not declared'}`,
    danger: ({ removed }) => removed.includes('`on`'),
  },
  protection: fact('Production', 'Protected from deletion, each', 'each {is} is {no}protected from deletion', less),
  violations: fact('Rules that do not hold', '', '{of} {no}breaks the rule {is}', more),
  exceptions: fact('Production', 'Exception', 'production {no}has an exception for {of}, with the reason {is}', more),
  accepted: fact('Production', 'Accepted by the rules', 'the rules {no}accept {of}: {is}', more),
  needs: {
    says: ({ of, before: [was], after: [is] }) => {
      if (is === undefined) return `${of} is gone`;
      if (is === 'public') return `${of} is ${was ? '' : 'new and '}public: anyone may call it without a token`;
      if (was === 'public') return `${of} is no longer public: it needs ${is}`;
      return was === undefined ? `${of} is new and needs ${is}` : `${of} needs ${is}, no longer ${was}`;
    },
    danger: adds('public', 'any token'),
  },
  identitySource: fact('Tokens', 'Read from', 'the API {no}reads tokens from {is}', more),
  trusted: fact('Tokens', 'Accepted by the API', 'the API {no}accepts tokens with {is}', more),
  issuer: fact('Tokens', 'Issuer', 'tokens are {no}issued by {is}', more),
  policies: fact(
    'Tokens',
    'Policies of',
    'the policies of {of} are {no}{is}',
    adds('`users: allow_all`', '`clients: require_client_grant`', '`RBAC: off`'),
  ),
  parties: {
    shown: ['Callers', 'Party of'],
    says: ({ of, before: [was], after: [is] }) => `${of} is a client of the ${is}, no longer of the ${was}`,
    when: both,
    danger: adds('`first party`'),
  },
  userGrants: fact('Callers', 'Granted to the users of', 'a grant lets the users of {of} {no}have {is}', more),
  clientKeys: fact('Callers', 'Public keys of', 'the client {of} {no}signs with the key {is}', more),
  rights: fact('Functions', 'Rights by', 'the policy {of} {no}has {is}', more),
  managedPolicies: fact('Functions', 'Managed policies of', '{of} {no}has the managed policy {is}', more),
  assumed: fact('Functions', 'Not only Lambda may assume', 'the role {of} may {no}be assumed by {is}', more),
  boundaries: fact('Functions', 'Permissions boundary of', 'the role {of} is {no}bounded by {is}', less),
  invokers: fact(
    'Functions',
    'Not only the API may invoke, by',
    'the permission {of} {no}lets a function be invoked by {is}',
    more,
  ),
  layers: fact('Functions', 'Layers of', 'the function {of} {no}has the layer {is}', more),
  backends: {
    shown: ['Routes', ''],
    says: ({ of, before: [was], after: [is] }) => `${of} goes to the ${is}, no longer to the ${was}`,
    when: both,
    danger: ({ added }) => added.some((value) => !value.startsWith('function ')),
  },
  actions: {
    shown: ['Claims and Actions', 'Action'],
    says: 'the Action {of} {no}{is}',
    danger: ({ added }) => added.some((value) => value.startsWith('may ')),
  },
  origins: fact(
    'Browsers',
    'Origins that may read responses (CORS)',
    'pages of {is} may {no}read responses (CORS)',
    more,
  ),
  cors: fact('Browsers', 'CORS allows', 'CORS {no}allows {is}', adds('`credentials`')),
  callbacks: fact('Browsers', 'Callbacks of', 'logins to {of} may {no}end at {is}', more),
  logoutUrls: fact('Browsers', 'Logout URLs of', 'logouts from {of} may {no}end at {is}', more),
  loginOrigins: fact('Browsers', 'Origins of', 'pages of {is} may {no}request tokens of {of}', more),
  database: fact('Tokens', 'Database', 'the database {of} {no}has {is}', any),
  addresses: fact('Operation', 'Answers at', 'the API {no}answers at {is}', more),
  truststores: fact('Operation', 'Truststore of', 'callers of {of} {no}need a certificate that {is} trusts', any),
  lifetimes: fact('Tokens', 'Lifetime for', 'tokens for {of} {no}live {is}', larger()),
  throttle: {
    shown: ['Operation', 'Throttle of'],
    says: '{of} is {no}throttled at {is}',
    danger: (change) => larger()(change) || larger((value) => value.split('burst ')[1] ?? '')(change),
  },
  retention: {
    shown: ['Operation', 'Retention of the log'],
    says: 'events of {of} are kept {is}',
    when: both,
    danger: ({ added: [now = ''], removed: [before = ''] }) => bound(now) < bound(before),
  },
  uninvoked: {
    shown: ['Routes', 'The API may not invoke the function of'],
    says: ({ added, removed }) =>
      [
        ...added.map((route) => `${route} answers 500: the API may not invoke its function`),
        ...removed.map((route) => `the API may invoke the function of ${route} now`),
      ].join('; '),
    danger: more,
  },
  functions: {
    says: ({ removed }) => removed.map((value) => `no route calls the function ${value} any more`).join('; '),
    when: less,
  },
  permissions: { says: 'the API {of} {no}has the permission {is}' },
  claims: { shown: ['Claims and Actions', ''], says: 'tokens of users {no}have the claim {of} from {is}' },
  variables: { shown: ['Functions', 'Variables of'], says: 'the function {of} {no}has the variable {is}' },
  renames: {
    shown: ['Renamed, and kept', ''],
    says: ({ of, added: [now] }) => {
      if (of.startsWith('route ')) return `the ${of} is renamed to ${now} and matches the same requests`;
      return `the ${of} is now called ${now} and keeps ${of.startsWith('client ') ? 'its id and secret' : 'its log'}`;
    },
    when: more,
  },
  refusals: { shown: ['Callers', ''] },
  idleCallers: { shown: ['Callers', 'Can call nothing beyond public routes'] },
  publicRoutes: { shown: ['Routes', 'Public'] },
  uncalledRoutes: { shown: ['Routes', 'Without a caller'], says: 'no caller can call {is}', when: more },
  unusedPermissions: { shown: ['Routes', 'Permissions that no route requires'] },
};

export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];

/** Returns a fact's values in Markdown. */
export function itemsOf(fact: FactName, report: Report): readonly Item[] {
  if (fact in COMPUTED) return COMPUTED[fact as ComputedFact](report);
  return report.facts[fact as RecordedFact].map(({ of, is }) => ({ of: of && code(of), is: code(is) }));
}

export function sentenceOf(change: FactChange): string {
  const { says } = FACTS[change.fact];
  if (typeof says !== 'string') return says?.(change) ?? change.fact;
  const [is, was] = [change.added, change.removed].map((all) => all.join(', ')) as [string, string];
  const filled = (values: string, no: string): string =>
    says.replace(/\{(of|is|no)\}/g, (_, slot) => (slot === 'of' ? change.of : slot === 'is' ? values : no));
  if (is === '') return filled(was, 'no longer ');
  return was === '' ? filled(is, '') : `${filled(is, '')}, no longer ${was}`;
}
