import { main } from '@pulumi/pulumi/provider/server.js';
import { closeGaps } from './sdk-gaps.ts';
import { StandIn } from './provider.ts';
import { World } from './world.ts';

// The engine starts this as `pulumi-resource-<package>`. What it is to do comes in the environment, because the engine
// hands no more than that on to a plugin.
const {
  STANDIN_ENGINE = '',
  STANDIN_WORLD = '',
  STANDIN_REGION = '',
  STANDIN_DELAY = '0',
  STANDIN_FAIL_FROM = 'Infinity',
  STANDIN_REFUSE = '',
  STANDIN_LOSE = '',
  STANDIN_LIMIT = 'Infinity',
  STANDIN_HIDE = '0',
} = process.env;
const [pkg = '', ...args] = process.argv.slice(2);

// A real provider ends when it cannot reach the engine any more, however that died: also while this process was starting.
setInterval(() => {
  if (process.ppid !== Number(STANDIN_ENGINE)) process.exit(1);
}, 50).unref();

closeGaps();
const standIn = new StandIn({
  package: pkg,
  world: new World(STANDIN_WORLD),
  region: STANDIN_REGION,
  delay: Number(STANDIN_DELAY),
  failFrom: Number(STANDIN_FAIL_FROM),
  refuse: STANDIN_REFUSE.split(','),
  lose: STANDIN_LOSE.split(','),
  limit: Number(STANDIN_LIMIT),
  hideSecrets: STANDIN_HIDE === '1',
});
await main(standIn, args);
