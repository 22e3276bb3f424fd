import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

// Within a git hook these name the repository that the hook is of: nothing that a test does may reach that.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
Object.assign(process.env, {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: tmpdir(),
});

/** git in a folder, without the user's settings. */
export function gitIn(folder: string): (...args: string[]) => string {
  const author = ['-c', 'user.name=Author', '-c', 'user.email=author@example.com'];
  return (...args) => execFileSync('git', [...author, ...args], { cwd: folder, encoding: 'utf8' });
}
