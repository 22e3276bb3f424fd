import { COMPUTED, type ComputedFact } from './computed.ts';
import type { Item, Report } from './data.ts';
import { code } from './markdown.ts';
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
    added.some((one) => some.includes(one));
/** Returns the number at the start of a value, or no limit without one or below 0 (-1 reserves no concurrency). */
const bound = (value: string): number => {
  const found = Number.parseFloat(value.replace('`', ''));
  return found >= 0 ? found : Infinity;
};
/** Returns whether a limit is raised or removed. A thing may have several: `$default` is a stage and a route. */
const larger =
  (part = (value: string) => value) =>
  ({ added, removed }: FactChange): boolean =>
    removed.length > added.length ||
    added.some((now) => removed.some((before) => bound(part(now)) > bound(part(before))));

/** Every fact, the most dangerous first: `--since` reports changes in this order. */
export const FACTS: Readonly<Record<FactName, Wording>> = {
  production: {
    shown: ['Production', 'Production'],
    says: ({ added: [is], removed }) =>
      removed.includes('`on`')
        ? 'production is no longer on, and none of its rules applies'
        : `production is ${is ?? 'not declared'}`,
    danger: ({ removed }) => removed.includes('`on`'),
  },
  protection: {
    shown: ['Production', 'Protected from deletion, each'],
    says: 'each {is} is {no}protected from deletion',
    danger: less,
  },
  violations: { shown: ['Rules that do not hold', ''], says: '{of} {no}breaks the rule {is}', danger: more },
  exceptions: {
    shown: ['Production', 'Exception'],
    says: 'production {no}has an exception from {of}, for the reason {is}',
    danger: more,
  },
  accepted: {
    shown: ['Production', 'Accepted by the rules'],
    says: 'the rules {no}accept {of}: {is}',
    danger: more,
  },
  needs: {
    says: ({ of, before: [was], after: [is] }) => {
      if (is === undefined) return `${of} is gone`;
      if (is === 'public') return `${of} is ${was ? '' : 'new and '}public: anyone may call it without a token`;
      if (was === 'public') return `${of} is no longer public: it needs ${is}`;
      return was === undefined ? `${of} is new and needs ${is}` : `${of} needs ${is}, no longer ${was}`;
    },
    danger: adds('public', 'any token'),
  },
  identitySource: { shown: ['Tokens', 'Read from'], says: 'the API {no}reads tokens from {is}', danger: more },
  trusted: { shown: ['Tokens', 'Accepted by the API'], says: 'the API {no}accepts tokens with {is}', danger: more },
  issuer: { shown: ['Tokens', 'Issuer'], says: 'tokens are {no}issued by {is}', danger: more },
  policies: {
    shown: ['Tokens', 'Policies of'],
    says: 'the policies of {of} are {no}{is}',
    danger: adds('`users: allow_all`', '`clients: require_client_grant`', '`RBAC: off`'),
  },
  parties: {
    shown: ['Callers', 'Party of'],
    says: ({ of, before: [was], after: [is] }) => `${of} is a client of the ${is}, no longer of the ${was}`,
    when: both,
    danger: adds('`first party`'),
  },
  userGrants: {
    shown: ['Callers', 'Granted to the users of'],
    says: 'a grant lets the users of {of} {no}have {is}',
    danger: more,
  },
  clientKeys: {
    shown: ['Callers', 'Public keys of'],
    says: 'the client {of} {no}signs with the key {is}',
    danger: more,
  },
  rights: { shown: ['Functions', 'Rights by'], says: 'the policy {of} {no}has {is}', danger: more },
  managedPolicies: {
    shown: ['Functions', 'Managed policies of'],
    says: '{of} {no}has the managed policy {is}',
    danger: more,
  },
  assumed: {
    shown: ['Functions', 'Not only Lambda may assume'],
    says: 'the role {of} may {no}be assumed by {is}',
    danger: more,
  },
  boundaries: {
    shown: ['Functions', 'Permissions boundary of'],
    says: 'the role {of} is {no}bounded by {is}',
    danger: less,
  },
  invokers: {
    shown: ['Functions', 'Not only the API may invoke, by'],
    says: 'the permission {of} {no}lets a function be invoked by {is}',
    danger: more,
  },
  networks: { shown: ['Functions', 'VPC of'], says: 'the function {of} is {no}in {is}', danger: any },
  layers: { shown: ['Functions', 'Layers of'], says: 'the function {of} {no}has the layer {is}', danger: more },
  backends: {
    shown: ['Routes', ''],
    says: ({ of, before: [was], after: [is] }) => `${of} goes to the ${is}, no longer to the ${was}`,
    when: both,
    danger: ({ added }) => added.some((one) => !one.startsWith('function ')),
  },
  actions: {
    shown: ['Claims and Actions', 'Action'],
    says: 'the Action {of} {no}{is}',
    danger: ({ added }) => added.some((one) => one.startsWith('may ')),
  },
  origins: {
    shown: ['Browsers', 'Origins that may read responses (CORS)'],
    says: 'pages of {is} may {no}read responses (CORS)',
    danger: more,
  },
  cors: { shown: ['Browsers', 'CORS allows'], says: 'CORS {no}allows {is}', danger: adds('`credentials`') },
  callbacks: { shown: ['Browsers', 'Callbacks of'], says: 'logins to {of} may {no}end at {is}', danger: more },
  logoutUrls: { shown: ['Browsers', 'Logout URLs of'], says: 'logouts from {of} may {no}end at {is}', danger: more },
  loginOrigins: {
    shown: ['Browsers', 'Origins of'],
    says: 'pages of {is} may {no}request tokens of {of}',
    danger: more,
  },
  database: { shown: ['Tokens', 'Database'], says: 'the database {of} {no}has {is}', danger: any },
  addresses: { shown: ['Operation', 'Answers at'], says: 'the API {no}answers at {is}', danger: more },
  truststores: {
    shown: ['Operation', 'Truststore of'],
    says: 'callers of {of} {no}need a certificate that {is} trusts',
    danger: any,
  },
  lifetimes: { shown: ['Tokens', 'Lifetime for'], says: 'tokens for {of} {no}live {is}', danger: larger() },
  throttle: {
    shown: ['Operation', 'Throttle of'],
    says: '{of} is {no}throttled at {is}',
    danger: (change) => larger()(change) || larger((value) => value.split('burst ')[1] ?? '')(change),
  },
  concurrency: {
    shown: ['Functions', 'Reserved concurrency of'],
    says: 'the function {of} {no}has the reserved concurrency {is}',
    danger: larger(),
  },
  alarms: {
    shown: ['Operation', 'Alarm'],
    says: 'the alarm {of} {no}goes off at {is}',
    danger: (change) => larger()(change) || change.added.some((one) => one.includes('without an action')),
  },
  accessLog: {
    shown: ['Operation', 'Access log holds'],
    says: 'the access log {no}holds {is}',
    danger: ({ after }) => after.length === 0,
  },
  retention: {
    shown: ['Operation', 'Retention of the log'],
    says: 'events of {of} are kept {is}',
    when: both,
    danger: ({ added: [now = ''], removed: [before = ''] }) => bound(now) < bound(before),
  },
  logKeys: {
    shown: ['Operation', 'KMS key of the log'],
    says: 'events of {of} are {no}encrypted with {is}',
    danger: less,
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
    says: ({ removed }) => removed.map((one) => `the function ${one} is gone, and its log with it`).join('; '),
    when: less,
  },
  permissions: { says: 'the API {of} {no}has the permission {is}' },
  claims: { shown: ['Claims and Actions', ''], says: 'tokens of users {no}have the claim {of} from {is}' },
  variables: { shown: ['Functions', 'Variables of'], says: 'the function {of} {no}has the variable {is}' },
  renames: {
    shown: ['Renamed, and kept', ''],
    says: ({ of, added: [now] }) => {
      if (of.startsWith('route ')) return `the ${of} is renamed ${now}, and takes the same requests`;
      return `the ${of} is called ${now} now, and keeps ${of.startsWith('client ') ? 'its id and its secret' : 'its log'}`;
    },
    when: more,
  },
  refusals: { shown: ['Callers', ''] },
  idleCallers: { shown: ['Callers', 'Can call nothing beyond public routes'] },
  publicRoutes: { shown: ['Routes', 'Public'] },
  uncalledRoutes: { shown: ['Routes', 'Without a caller'], says: 'no caller can call {is}', when: more },
  idleFunctions: { shown: ['Routes', 'Functions without a route'] },
  unusedPermissions: { shown: ['Routes', 'Permissions that no route requires'] },
};

export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];

/** Returns a fact's values in Markdown, or undefined if the report's version did not record it. */
export function itemsOf(fact: FactName, report: Report): readonly Item[] | undefined {
  if (fact in COMPUTED) return COMPUTED[fact as ComputedFact](report);
  return report.facts[fact]?.map(({ of, is }) => ({ ...(of !== undefined && { of: code(of) }), is: code(is) }));
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
