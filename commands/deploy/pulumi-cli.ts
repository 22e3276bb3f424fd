import { readFileSync } from 'node:fs';

/** The Pulumi CLI version that the workflows install, equal to the SDK's. */
export const CLI_VERSION = readFileSync(new URL('../../.pulumi.version', import.meta.url), 'utf8').trim();

/** The command that installs this version. Source: https://www.pulumi.com/docs/iac/download-install/ */
export const INSTALL_CLI =
  process.platform === 'win32'
    ? `choco install pulumi --version ${CLI_VERSION}`
    : `curl -fsSL https://get.pulumi.com | sh -s -- --version ${CLI_VERSION}`;

export const NO_CLI = `There is no pulumi on the path. To install the Pulumi CLI: ${INSTALL_CLI}`;
