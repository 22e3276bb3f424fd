// What a program's own tests, and the tests of its stand-in providers, use of the twin.
export { welcome } from './cli/screen.ts';
export { COMPILE_CACHE } from './common/compile-cache.ts';
export { evaluate } from './evaluate/program-process.ts';
export { type Recorded } from './evaluate/local-engine.ts';
export { record, type Program } from './evaluate/record.ts';
export { readStackFile, stackNames, type StackConfig } from './evaluate/stack-file.ts';
export { modelOf } from './model/model.ts';
export { accessOf } from './report/cells.ts';
export { staleReports } from './report/committed.ts';
export { reportOf } from './report/report.ts';
export { Identity } from './resources/identity.ts';
export { type Plain, type RecordedResource } from './resources/resource.ts';
export { cloudOutputs, RESOURCE_TYPES, type TypeToken } from './resources/types.ts';
export { type Registered, type RegisteredResource } from './rules/registered.ts';
export { RULES, type Violation, violationsOf } from './rules/rules.ts';
