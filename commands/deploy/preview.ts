import './node-environment.ts';
import { preview } from './command.ts';

preview(process.argv.slice(2));
