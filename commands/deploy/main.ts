import './node-environment.ts';
import { deploy } from './command.ts';

deploy(process.argv.slice(2));
