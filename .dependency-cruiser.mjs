// The arrows between the rooms, one rule a line; `npm run check` holds them. Type imports count.
const PROGRAM = '^(index|auth0|api|contract|settings)\\.ts$|^(program|handler)/';
const src = (rooms) => `^twin/src/(${rooms})/`;

const forbid = (name, from, to, except) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, ...(except && { pathNot: except }) },
});
/** What a room of the twin may import of the twin's other rooms. */
const room = (name, ...allowed) =>
  forbid(
    `twin/src/${name} imports only ${['common', ...allowed].join(', ')}`,
    src(name),
    '^twin/src/',
    src([name, 'common', ...allowed].join('|')),
  );

const DECISIONS = ['gateway', 'tenant', 'lambda'];

export default {
  forbidden: [
    { name: 'no module imports itself through others', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every import resolves',
      severity: 'error',
      from: {},
      // There is no package aws-lambda: its types are @types/aws-lambda, and the compiler resolves those.
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    forbid('limits/ imports only leven', '^limits/', '.', '^limits/|^node_modules/leven/'),
    forbid('the program does not import the tools', PROGRAM, '^(twin|tests|docs|commands)/|auth0-http-api/twin'),
    forbid('only tests import bootstrap/', '^(?!bootstrap/|tests/)', '^bootstrap/'),
    forbid(
      'the policy pack imports only the rules of the twin',
      '^policy/',
      '^[^/]+\\.ts$|^(program|handler|commands|tests|docs)/',
    ),
    forbid('the policy pack imports only the public rules', '^policy/', '^twin/', '^twin/src/rules/rules\\.ts$'),
    forbid('only the policy pack imports the policy SDK', '^(?!policy/)', '@pulumi/policy'),
    forbid(
      'twin/ does not import the program',
      '^twin/src/',
      `${PROGRAM}|^(commands|docs|tests|twin/tests|twin/bench)/`,
    ),
    forbid(
      'tests/, docs/, commands/ and bootstrap/ import only the index of the twin',
      '^(tests|docs|commands|bootstrap)/',
      '^twin/src/',
      '^twin/src/index\\.ts$',
    ),
    room('common'),
    room('resources'),
    room('evaluate', 'resources'),
    room('rules', 'resources', 'evaluate'),
    room('model', 'resources', 'evaluate', 'rules'),
    room('gateway', 'model'),
    room('tenant', 'model'),
    room('lambda', 'model'),
    room('report', 'evaluate', 'resources', 'model', 'rules', ...DECISIONS),
    room('verify', 'evaluate', 'model', 'report', ...DECISIONS),
    // The page is served by a twin, which takes it as an option: the server imports no page.
    room('page', 'evaluate', 'model', 'report', 'server', 'verify', ...DECISIONS),
    room('server', 'evaluate', 'model', ...DECISIONS),
    forbid(
      'the page in the browser imports only the messages of the twin',
      '^twin/src/page/client/',
      '^twin/src/|^limits/|^(node:)?(fs|http|https|net|path|child_process|crypto|process|url|util|stream|zlib|events)$',
      '^twin/src/page/(client/|messages\\.ts$)',
    ),
    forbid('the serving process does not load the SDKs', src('(?!evaluate|report|verify|cli)[a-z]+'), '@pulumi/'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^twin/(\\.package|examples)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
