import './compile-cache.ts';
import { deploy } from './command.ts';

deploy(process.argv.slice(2));
