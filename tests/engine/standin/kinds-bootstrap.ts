import { refers, type Kind } from './kind.ts';

const ENVIRONMENT = 'github:index/repositoryEnvironment:RepositoryEnvironment';
const BUCKET = 'aws:s3/bucket:Bucket';
const ACCOUNT = '123456789012';

const ofBucket: NonNullable<Kind['outputs']> = ({ bucket }) => ({ id: bucket, bucket });
const ofRepository: NonNullable<Kind['outputs']> = ({ repository }) => ({ id: repository });

/** What of AWS `bootstrap/` uses in addition to the program. */
export const AWS_BOOTSTRAP: Readonly<Record<string, Kind>> = {
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': { fixed: ['url'], unique: ['url'] },
  'aws:iam/policy:Policy': {
    fixed: ['name'],
    unique: ['name'],
    outputs: ({ name }) => ({ arn: `arn:aws:iam::${ACCOUNT}:policy/${String(name)}` }),
  },
  [BUCKET]: { fixed: ['bucket'], unique: ['bucket'], outputs: ofBucket },
  'aws:s3/bucketVersioning:BucketVersioning': {
    fixed: ['bucket'],
    property: true,
    refers: [refers(BUCKET, 'bucket')],
    outputs: ofBucket,
  },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': {
    fixed: ['bucket'],
    property: true,
    refers: [refers(BUCKET, 'bucket')],
    outputs: ofBucket,
  },
  'aws:kms/key:Key': { fixed: [] },
};

/** What of GitHub `bootstrap/` uses. Source: integrations/terraform-provider-github, github/resource_*.go */
export const GITHUB: Readonly<Record<string, Kind>> = {
  // GitHub creates and updates it by the same request.
  [ENVIRONMENT]: {
    fixed: ['repository', 'environment'],
    property: true,
    outputs: ({ repository, environment }) => ({ id: `${String(repository)}:${String(environment)}` }),
  },
  'github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy': {
    fixed: ['repository', 'environment'],
    unique: ['repository', 'environment', 'branchPattern'],
    refers: [refers(ENVIRONMENT, 'environment', 'environment')],
  },
  'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable': {
    fixed: ['repository', 'environment', 'variableName'],
    unique: ['repository', 'environment', 'variableName'],
    refers: [refers(ENVIRONMENT, 'environment', 'environment')],
  },
  'github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret': {
    fixed: ['repository', 'environment', 'secretName'],
    property: true,
    refers: [refers(ENVIRONMENT, 'environment', 'environment')],
    outputs: ({ repository, environment, secretName }) => ({ id: [repository, environment, secretName].join(':') }),
  },
  'github:index/repositoryRuleset:RepositoryRuleset': { fixed: ['repository'], unique: ['repository', 'name'] },
  'github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions': {
    fixed: ['repository'],
    property: true,
    outputs: ofRepository,
  },
  'github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions': {
    fixed: ['repository'],
    property: true,
    outputs: ofRepository,
  },
  'github:index/getTeam:getTeam': { fixed: [], outputs: () => ({ id: '4711' }) },
  'github:index/getUser:getUser': { fixed: [], outputs: () => ({ id: '815' }) },
};
