// The arrows between the rooms, one rule a line; `npm run check` holds them. Type imports count.
const PROGRAM = '^(index|auth0|api|contract|settings)\\.ts$|^program/|^handler/';
const src = (rooms) => `^twin/src/(${rooms})/`;

const forbid = (name, from, to, but) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, ...(but && { pathNot: but }) },
});
/** What a room of the twin may import of the twin's other rooms. */
const room = (name, ...allowed) =>
  forbid(`twin-${name}`, src(name), '^twin/src/', src([name, 'common', ...allowed].join('|')));

const DECISIONS = ['gateway', 'tenant', 'lambda'];

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^(?!node_modules)' }, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    forbid('limits-import-nothing', '^limits/', '.', '^limits/'),
    forbid('program-without-tools', PROGRAM, '^(twin|tests|docs|bench)/|auth0-http-api/twin'),
    forbid('twin-without-the-program', '^twin/src/', `${PROGRAM}|^(docs|tests|twin/tests|twin/bench)/`),
    forbid('tests-know-the-twin-as-a-package', '^tests/', '^twin/src/', '^twin/src/(index|testing)\\.ts$'),
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
    room('page', 'evaluate', 'model', 'report', ...DECISIONS),
    room('server', 'evaluate', 'model', ...DECISIONS),
    forbid(
      'page-client-runs-in-a-browser',
      '^twin/src/page/client/',
      '^twin/src/|^limits/|node:',
      '^twin/src/page/(client/|messages\\.ts$)',
    ),
    forbid('long-running-process-without-sdks', src('(?!evaluate|report|verify|cli)[a-z]+'), 'node_modules/@pulumi'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
